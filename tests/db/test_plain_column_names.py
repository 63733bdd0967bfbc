"""The migration that renames columns keeps every value, index and rule of the rows in them."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from tests.db.migrated import upgraded

WHEN = "2026-11-20 10:00:00"
BEFORE = (
    "INSERT INTO stores (id, name, source, created_at, rejected, drift_policy, push_state, push_reason,"
    " refusals, failures, not_before, checked_at, doctor_says) VALUES"
    f" (1, 'A', 'a.example', '{WHEN}', 3, 'ask', 'paused', 'why', 2, 4, '{WHEN}', '{WHEN}', '[]')",
    "INSERT INTO products (id, sku, sku_key, on_hand, version, counted_from) VALUES"
    f" (1, 'X', 'x', 10, 7, '{WHEN}')",
    "INSERT INTO listings (id, store_id, product_id, stock_product_id, shown, shown_at, pushed,"
    " pushed_version, pushed_at, agreed_at, intended, needs_look, drift_by, drift_at, writes, writes_since,"
    " not_before, problem, seen_at) VALUES"
    f" (5, 1, 10, 1, 9, '{WHEN}', 8, 7, '{WHEN}', '{WHEN}', 6, TRUE, -2, '{WHEN}', 3, '{WHEN}', '{WHEN}',"
    f" 'p', '{WHEN}')",
    "INSERT INTO drifts (id, listing_id, at, ours, theirs, policy, action, settled_at, settled_by) VALUES"
    f" (2, 5, '{WHEN}', 10, 9, 'ask', 'adopted', '{WHEN}', 'ada')",
)


@pytest.fixture
def db(empty_database_url: str) -> Iterator[Connection]:
    """A database of revision 0016 with a row in each table, migrated to the newest."""
    with upgraded(empty_database_url, "0016", BEFORE) as connection:
        yield connection


def one(db: Connection, query: str) -> tuple[Any, ...]:
    return tuple(db.execute(text(query)).one())


def test_a_listing_keeps_what_is_known_of_its_store(db: Connection) -> None:
    numbers = "shown_quantity, confirmed_quantity, sending_quantity, unexplained_by, write_count"
    times = ("confirmed_at", "written_at", "unexplained_at", "first_write_at", "retry_at", "listed_at")

    assert one(db, f"SELECT {numbers} FROM listings") == (9, 8, 6, -2, 3)
    assert [str(at) for at in one(db, f"SELECT {', '.join(times)} FROM listings")] == [WHEN] * 6
    assert [bool(value) for value in one(db, "SELECT needs_check, handled_version = 7 FROM listings")] == [
        True,
        True,
    ]


def test_a_store_keeps_its_rules_and_its_failures(db: Connection) -> None:
    names = "rejected_signatures, difference_policy, pause_reason, key_refusals, failures_in_a_row"

    assert one(db, f"SELECT {names} FROM stores") == (3, "ask", "why", 2, 4)
    assert one(db, "SELECT webhook_problems FROM stores") == ("[]",)


def test_a_difference_keeps_its_numbers_and_who_decided(db: Connection) -> None:
    names = "id, listing_id, expected_quantity, shown_quantity, decided_by"

    assert one(db, f"SELECT {names} FROM stock_differences") == (2, 5, 10, 9, "ada")
    indexes = {index["name"] for index in inspect(db).get_indexes("stock_differences")}
    assert indexes == {"ix_stock_differences_asked", "ix_stock_differences_listing_id"}


def test_a_policy_that_is_none_is_still_refused(db: Connection) -> None:
    with pytest.raises(IntegrityError):
        db.execute(text("UPDATE stores SET difference_policy = 'guess'"))
