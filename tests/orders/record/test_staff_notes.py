"""Notes that only staff see: who may write and see them, and when they go."""

import pytest
from flask.testing import FlaskClient

from tests.delivering import deliver, make_order_body
from writer.db import Database
from writer.lib.errors import Invalid, NotFound
from writer.lib.store_scope import EVERYTHING, NOTHING
from writer.orders.record import add_staff_note, erase, list_staff_notes, take_out_of_cache

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _one_order(client: FlaskClient) -> None:
    deliver(client, make_order_body())


def test_notes_are_kept_newest_first_with_who_wrote_them(database: Database) -> None:
    with database.transaction() as db:
        add_staff_note(db, EVERYTHING, "ada", 1, " Glaze chipped. ")
        add_staff_note(db, EVERYTHING, "sam", 1, "Fired again.")

        assert [(note.author, note.text) for note in list_staff_notes(db, 1)] == [
            ("sam", "Fired again."),
            ("ada", "Glaze chipped."),
        ]


@pytest.mark.parametrize("text", ["", "  ", "\0", "x" * 2001])
def test_a_note_has_some_text_and_not_too_much(database: Database, text: str) -> None:
    with database.transaction() as db, pytest.raises(Invalid) as refused:
        add_staff_note(db, EVERYTHING, "ada", 1, text)

    assert "text" in refused.value.errors


def test_nobody_notes_on_an_order_he_may_not_see(database: Database) -> None:
    with database.transaction() as db, pytest.raises(NotFound):
        add_staff_note(db, NOTHING, "sam", 1, "Mine?")


def test_notes_go_with_the_customer_and_with_the_cache(database: Database) -> None:
    with database.transaction() as db:
        add_staff_note(db, EVERYTHING, "ada", 1, "Ada called.")
        erase(db, "ada", order_id=1)
        assert list_staff_notes(db, 1) == []

        add_staff_note(db, EVERYTHING, "ada", 1, "Ada called again.")
        take_out_of_cache(db, [1])
        assert list_staff_notes(db, 1) == []
