"""Sales entered by hand: added, amended, removed, brought back."""

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from tests.sales.ledger.conftest import NOON
from writer.db import Database
from writer.db.schema.ledger import sales as ledger
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.lib.store_scope import EVERYTHING
from writer.sales.ledger import actions, post, queries


def add(db: Connection, **given: Any) -> int:
    smallest = {"model": "Fire", "variant": "24pin", "quantity": 1, "seller": "ada"}
    return actions.add(db, "ada", "form", {**smallest, **given})


def amend(db: Connection, sale_id: int) -> None:
    actions.amend(db, EVERYTHING, "ada", sale_id, {"quantity": 2})


def get(db: Connection, sale_id: int) -> object:
    return queries.get_sale(db, EVERYTHING, sale_id)


def remove(db: Connection, sale_id: int) -> None:
    actions.remove(db, EVERYTHING, "ada", sale_id)


def restore(db: Connection, sale_id: int) -> None:
    actions.restore(db, EVERYTHING, "ada", sale_id)


def audited(db: Connection) -> list[tuple[str, str]]:
    rows = db.execute(text("SELECT action, subject FROM audit_entries WHERE actor = 'ada' ORDER BY id"))
    return [(row.action, row.subject) for row in rows]


def test_a_sale_is_added_as_the_owner_writes_its_type(database: Database) -> None:
    with database.transaction() as db:
        sale_id = add(db, model="FIRE", variant="24PIN", quantity=3, notes=" fair ", sku="", date=NOON)

        sale = queries.get_sale(db, EVERYTHING, sale_id)

    assert (sale.model, sale.variant, sale.quantity, sale.notes) == ("Fire", "24pin", 3, "fair")
    assert (sale.sku, sale.source, sale.date, sale.updated_at) == (None, "form", NOON, None)


def test_a_sale_without_a_date_is_of_now(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(microseconds=7))

    with database.transaction() as db:
        sale = queries.get_sale(db, EVERYTHING, add(db, date=None))

    assert sale.date == NOON


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"model": "Earth"}, "model"),
        ({"variant": "40pin"}, "variant"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 100_001}, "quantity"),
        ({"seller": "a" * 101}, "seller"),
        ({"seller": "a\x00"}, "seller"),
        ({"notes": "a" * 1001}, "notes"),
        ({"notes": "\ud800"}, "notes"),
        ({"sku": "a" * 101}, "sku"),
        ({"date": datetime(1969, 12, 31)}, "date"),
        ({"date": datetime(9999, 12, 31, tzinfo=UTC)}, "date"),
    ],
)
def test_a_sale_that_cannot_be_is_refused_naming_the_field(
    database: Database, given: dict[str, Any], field: str
) -> None:
    with database.transaction() as db:
        with pytest.raises(Invalid) as refused:
            add(db, **given)

        assert list(refused.value.errors) == [field]
        assert queries.count_sales(db, EVERYTHING) == 0


def test_every_unusable_field_is_named_at_once(database: Database) -> None:
    with database.transaction() as db, pytest.raises(Invalid) as refused:
        add(db, model="Earth", quantity=0, notes="\n")

    assert set(refused.value.errors) == {"model", "quantity", "notes"}


def test_a_date_up_to_a_day_ahead_is_taken_for_clocks_differ(database: Database) -> None:
    with database.transaction() as db:
        add(db, date=clock.now() + timedelta(hours=23))

        with pytest.raises(Invalid, match="a day ahead"):
            add(db, date=clock.now() + timedelta(hours=25))


def test_a_form_sent_twice_makes_one_sale(database: Database) -> None:
    given = {"model": "Fire", "variant": "24pin", "quantity": 1, "seller": "ada"}
    with database.transaction() as db:
        first = actions.add_once(db, "ada", "token-1", [given])

        again = actions.add_once(db, "ada", "token-1", [given])
        other = actions.add_once(db, "ada", "token-2", [given])

    assert first[1]
    assert again == (first[0], False)
    assert other[1]
    assert other[0] != first[0]


def test_amending_changes_what_is_given_and_nothing_else(database: Database) -> None:
    with database.transaction() as db:
        sale_id = add(db, quantity=2, notes="fair", date=NOON)

        actions.amend(db, EVERYTHING, "bob", sale_id, {"variant": "28pin"})

        sale = queries.get_sale(db, EVERYTHING, sale_id)
    assert (sale.variant, sale.quantity, sale.notes, sale.date) == ("28pin", 2, "fair", NOON)
    assert sale.updated_at is not None


def test_amending_to_the_same_values_changes_and_notes_nothing(database: Database) -> None:
    with database.transaction() as db:
        sale_id = add(db)

        actions.amend(db, EVERYTHING, "ada", sale_id, {"model": "fire", "quantity": 1, "notes": " "})

        assert queries.get_sale(db, EVERYTHING, sale_id).updated_at is None
        assert audited(db) == [("sale.add", f"sale {sale_id}")]


def test_a_sale_of_a_type_no_longer_active_can_still_be_amended(database: Database) -> None:
    with database.transaction() as db:
        sale_id = add(db)
        db.execute(text("UPDATE sale_types SET is_active = false"))

        actions.amend(db, EVERYTHING, "ada", sale_id, {"model": "Fire", "variant": "24pin", "notes": "x"})

        assert queries.get_sale(db, EVERYTHING, sale_id).notes == "x"


def test_a_refused_amendment_changes_nothing(database: Database) -> None:
    with database.transaction() as db:
        sale_id = add(db)

        with pytest.raises(Invalid):
            actions.amend(db, EVERYTHING, "ada", sale_id, {"notes": "new", "quantity": 0})

        assert queries.get_sale(db, EVERYTHING, sale_id).notes == ""


def test_a_removed_sale_comes_back_as_it_was_under_its_own_id(database: Database) -> None:
    with database.transaction() as db:
        sale_id = add(db, quantity=4, notes="fair", sku="fire24-a", date=NOON)
        actions.amend(db, EVERYTHING, "ada", sale_id, {"notes": "market"})
        before = queries.get_sale(db, EVERYTHING, sale_id)
        actions.remove(db, EVERYTHING, "ada", sale_id)

        actions.restore(db, EVERYTHING, "ada", sale_id)

        assert queries.get_sale(db, EVERYTHING, sale_id) == before


def test_the_newest_deletion_is_what_comes_back(database: Database) -> None:
    with database.transaction() as db:
        sale_id = add(db)
        actions.remove(db, EVERYTHING, "ada", sale_id)
        actions.restore(db, EVERYTHING, "ada", sale_id)
        actions.amend(db, EVERYTHING, "ada", sale_id, {"quantity": 9})
        actions.remove(db, EVERYTHING, "ada", sale_id)

        actions.restore(db, EVERYTHING, "ada", sale_id)

        assert queries.get_sale(db, EVERYTHING, sale_id).quantity == 9


def test_a_sale_that_is_there_cannot_be_brought_back(database: Database) -> None:
    with database.transaction() as db:
        sale_id = add(db)

        with pytest.raises(Conflict):
            actions.restore(db, EVERYTHING, "ada", sale_id)


@pytest.mark.parametrize("sale_id", [0, -1, 4711, 2**80])
@pytest.mark.parametrize(
    "verb",
    [get, remove, restore, amend],
    ids=["get", "remove", "restore", "amend"],
)
def test_a_sale_that_never_was_is_not_found(
    database: Database, sale_id: int, verb: Callable[[Connection, int], object]
) -> None:
    with database.transaction() as db, pytest.raises(NotFound):
        verb(db, sale_id)


def test_a_sale_of_an_order_is_changed_in_its_store_only(database: Database, order_line: int) -> None:
    with database.transaction() as db:
        sale_id = post(
            db,
            order_line_id=order_line,
            store_id=1,
            model="Fire",
            variant="24pin",
            sku=None,
            quantity=1,
            date=NOON,
            seller="shop",
            notes="",
        )

        for verb in (remove, amend):
            with pytest.raises(Conflict, match="order 1001: change the order in its store"):
                verb(db, sale_id)

        assert queries.get_sale(db, EVERYTHING, sale_id).quantity == 1


def test_every_change_is_audited_with_before_and_after(database: Database) -> None:
    with database.transaction() as db:
        sale_id = add(db)
        actions.amend(db, EVERYTHING, "ada", sale_id, {"quantity": 2})
        actions.remove(db, EVERYTHING, "ada", sale_id)
        actions.restore(db, EVERYTHING, "ada", sale_id)

        noted = audited(db)
        edit = db.execute(text("SELECT * FROM audit_entries WHERE action = 'sale.edit'")).one()

    assert noted == [(f"sale.{verb}", f"sale {sale_id}") for verb in ("add", "edit", "delete", "restore")]
    assert (json.loads(edit.before)["quantity"], json.loads(edit.after)["quantity"]) == (1, 2)


def test_a_failed_action_leaves_nothing_of_itself(database: Database) -> None:
    with contextlib.suppress(Invalid), database.transaction() as db:
        add(db)
        add(db, quantity=0)

    with database.reading() as db:
        assert db.execute(select(func.count()).select_from(ledger)).scalar_one() == 0
        assert audited(db) == []


def test_the_shell_adds_a_sale_with_the_earlier_columns_alone(database: Database) -> None:
    with database.transaction() as db:
        db.execute(
            text(
                "INSERT INTO sales (model, variant, quantity, seller, notes)"
                " VALUES ('Fire', '28pin', 2, 'piers.rocks', '')"
            )
        )

        sale = queries.list_newest(db, EVERYTHING, 10, 0)[0]

    assert (sale.source, sale.quantity) == ("shell", 2)
    assert abs(sale.date - clock.now()) < timedelta(minutes=1)
