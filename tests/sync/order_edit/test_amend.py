"""An order's status and notes, changed over real HTTP in the store first and recorded from its answer."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.connected import recorded
from tests.fake_services.woocommerce import FakeStore
from tests.makers import grant_every_store
from tests.orders.record.ledger import totals
from tests.page import flashed
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.orders import order_events, orders
from writer.stores.registry import Keyring


def there(store: FakeStore, db: Database) -> Any:
    """The order as the store has it."""
    return store.state.orders[int(recorded(db).external_id)]


def test_a_status_is_written_to_the_store_and_recorded(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    answer = admin.post("/orders/1/status", data={"status": "cancelled"}, follow_redirects=True)

    assert flashed(answer.text) == ["success"]
    assert there(store, db).status == "cancelled"
    assert recorded(db).status == "cancelled"
    assert totals(db) == {}
    with db.reading() as connection:
        causes = connection.execute(select(order_events.c.cause).order_by(order_events.c.id)).scalars().all()
        trail = connection.execute(select(audit_entries.c.action)).scalars().all()
    assert causes[-1] == "changed by ada"
    assert "order.status" in trail


def test_a_store_that_is_down_changes_nothing_here(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    store.take_down()

    answer = admin.post("/orders/1/status", data={"status": "cancelled"}, follow_redirects=True)
    store.bring_up()

    assert flashed(answer.text) == ["danger"]
    assert recorded(db).status == "processing"
    assert totals(db) == {("Fire", "24pin"): 2}


@pytest.mark.parametrize("status", ["", "trash", "shipped", "x" * 300, "<b>"])
def test_what_is_no_status_is_not_sent(
    db: Database, store: FakeStore, admin: FlaskClient, status: str
) -> None:
    answer = admin.post("/orders/1/status", data={"status": status}, follow_redirects=True)

    assert flashed(answer.text) == ["danger"]
    assert store.calls.count("PUT") == 0
    assert recorded(db).status == "processing"


def test_a_note_is_sent_once_however_often_the_form_is(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    form = {"note": "On its way.", "to_customer": "1", "token": "a" * 32}

    first = admin.post("/orders/1/notes", data=form, follow_redirects=True)
    again = admin.post("/orders/1/notes", data=form, follow_redirects=True)

    assert [flashed(answer.text) for answer in (first, again)] == [["success"], ["success"]]
    assert store.calls.count("POST", "/notes") == 1


def test_a_note_that_could_not_be_sent_is_not_lost(
    db: Database, store: FakeStore, admin: FlaskClient
) -> None:
    store.take_down()

    answer = admin.post(
        "/orders/1/notes", data={"note": "On its way.", "token": "b" * 32}, follow_redirects=True
    )
    store.bring_up()

    assert flashed(answer.text) == ["danger"]
    assert ">On its way.</textarea>" in answer.text


@pytest.mark.parametrize("note", ["", "   ", "x" * 4001])
def test_a_note_that_says_nothing_or_too_much_is_not_sent(
    store: FakeStore, admin: FlaskClient, note: str
) -> None:
    answer = admin.post("/orders/1/notes", data={"note": note, "token": "c" * 32}, follow_redirects=True)

    assert flashed(answer.text) == ["danger"]
    assert store.calls.count("POST", "/notes") == 0


def test_a_trashed_order_cannot_be_changed(
    db: Database, ring: Keyring, store: FakeStore, admin: FlaskClient
) -> None:
    with db.transaction() as connection:
        connection.execute(orders.update().values(is_trashed=True, status="trash"))

    answer = admin.post("/orders/1/status", data={"status": "completed"}, follow_redirects=True)

    assert flashed(answer.text) == ["danger"]
    assert store.calls.count("PUT") == 0


def test_an_order_of_another_store_is_not_there(db: Database, store: FakeStore, staff: FlaskClient) -> None:
    form = {"status": "cancelled", "note": "x", "token": "d" * 32}

    before = [staff.post(f"/orders/1/{what}", data=form).status_code for what in ("status", "notes")]
    page = staff.get("/orders/1").status_code
    grant_every_store(db)
    after = staff.post("/orders/1/status", data=form).status_code

    assert (before, page, after) == ([404, 404], 404, 303)
    assert store.calls.count("POST", "/notes") == 0
