"""Setting the privacy dial: what is kept, what is refused, and what it leaves behind."""

import pytest
from sqlalchemy import text

from tests.sales.public_page.makers import sell
from writer.db import Database
from writer.lib.errors import Invalid
from writer.sales import public_page
from writer.sales.public_page import Dial


def test_the_dial_of_a_fresh_install_shows_everything_exactly(database: Database) -> None:
    with database.reading() as db:
        assert public_page.get_dial(db) == Dial()


def test_what_is_set_is_kept_and_leaves_an_audit_row(database: Database) -> None:
    dial = Dial(100, True, True, 2500, frozenset({("Ice", None), (None, "24pin"), ("Fire", "28pin")}))

    with database.transaction() as db:
        assert public_page.set_dial(db, "ada", dial)

    with database.reading() as db:
        assert public_page.get_dial(db) == dial
        row = db.execute(text("SELECT actor, action, before, after FROM audit_entries")).one()
    assert (row.actor, row.action) == ("ada", "public.set")
    assert '"opening_balance": 0' in row.before
    assert '"opening_balance": 2500' in row.after


def test_setting_what_is_set_changes_nothing_and_leaves_no_audit_row(database: Database) -> None:
    with database.transaction() as db:
        assert not public_page.set_dial(db, "ada", Dial())

        assert db.execute(text("SELECT count(*) FROM audit_entries")).scalar_one() == 0


@pytest.mark.parametrize(
    ("dial", "field"),
    [
        (Dial(rounding=7), "rounding"),
        (Dial(opening_balance=-1), "opening_balance"),
        (Dial(opening_balance=1_000_000_001), "opening_balance"),
        (Dial(hidden=frozenset({(None, None)})), "hidden"),
    ],
)
def test_what_cannot_be_is_refused_naming_the_field(database: Database, dial: Dial, field: str) -> None:
    with database.transaction() as db, pytest.raises(Invalid) as refusal:
        public_page.set_dial(db, "ada", dial)

    assert list(refusal.value.errors) == [field]
    with database.reading() as db:
        assert public_page.get_dial(db) == Dial()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE public_state SET opening_balance = 5",
        "UPDATE public_state SET counts_hidden = true",
        "INSERT INTO public_hidden (model) VALUES ('Ice')",
        "DELETE FROM public_hidden",
    ],
)
def test_a_setting_changed_in_the_shell_raises_the_version(database: Database, change: str) -> None:
    version = text("SELECT version FROM public_state")
    with database.transaction() as db:
        sell(db, 1)
        db.execute(text("INSERT INTO public_hidden (variant) VALUES ('24pin')"))
        before = db.execute(version).scalar_one()

        db.execute(text(change))

        assert db.execute(version).scalar_one() == before + 1
