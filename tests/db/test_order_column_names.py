"""The migration that renames columns of orders keeps what is in them, and what is kept up by them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from tests.db.migrated import upgraded

AT, LATER = "2026-11-20 10:00:00", "2026-11-21 10:00:00"
BEFORE = (
    f"INSERT INTO stores (id, name, source, created_at) VALUES (1, 'A', 'a.example', '{AT}')",
    "INSERT INTO orders (id, store_id, external_id, number, status, version, digest, created_at, currency,"
    " total_minor, recorded_at) VALUES"
    f" (1, 1, '1', '1', 'trash', '{LATER}', 'abc', '{AT}', 'GBP', 1, '{AT}'),"
    f" (2, 1, '2', '2', 'completed', NULL, 'def', '{AT}', 'GBP', 1, '{AT}')",
    "INSERT INTO order_lines (order_id, external_id, product_id, variation_id, sku, sku_key, name, quantity,"
    " total_minor, sold_due, sold, held_due, held, sold_aside, held_aside) VALUES"
    " (1, '11', 10, 0, 'X', 'x', 'X', 5, 1, 1, 2, 3, 4, 5, 6)",
)


@pytest.fixture
def db(empty_database_url: str) -> Iterator[Connection]:
    """A database of revision 0020 with two orders and a line, migrated to the newest."""
    with upgraded(empty_database_url, "0020", BEFORE) as connection:
        yield connection


def rows(db: Connection, query: str) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in db.execute(text(query))]


def test_a_line_keeps_its_units(db: Connection) -> None:
    units = "sold_due, sold, taken_due, taken, sold_before_trash, taken_before_trash"

    assert rows(db, f"SELECT {units} FROM order_lines") == [("1", "2", "3", "4", "5", "6")]


def test_an_order_keeps_when_it_changed_and_its_hash(db: Connection) -> None:
    assert rows(db, "SELECT changed_at, snapshot_hash FROM orders ORDER BY id") == [
        (LATER, "abc"),
        ("None", "def"),
    ]


def test_when_an_order_was_modified_follows_the_renamed_column(db: Connection) -> None:
    modified = "SELECT modified_at FROM orders ORDER BY id"
    assert rows(db, modified) == [(LATER,), (AT,)]

    db.execute(text(f"UPDATE orders SET changed_at = '{LATER}' WHERE id = 2"))

    assert rows(db, modified) == [(LATER,), (LATER,)]


def test_orders_are_still_counted_by_status(db: Connection) -> None:
    db.execute(text("UPDATE orders SET status = 'processing' WHERE id = 2"))
    db.commit()  # PostgreSQL counts at the end of a transaction

    assert rows(db, "SELECT status, orders FROM order_counts WHERE orders > 0 ORDER BY status") == [
        ("processing", "1"),
        ("trash", "1"),
    ]
