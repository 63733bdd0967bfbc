"""Counting a store's orders again, after the owner changed what their status means."""

from datetime import UTC, datetime

import pytest

from tests.orders.record.ledger import posted, totals
from writer import orders
from writer.db import Database, insert_row
from writer.db.schema.stores import stores
from writer.orders.record import Channel, LineSnapshot, OrderSnapshot

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def store_id(database: Database) -> int:
    with database.transaction() as db:
        return insert_row(db, stores, name="shop", source="shop.example", created_at=NOON)


def record(database: Database, store_id: int, external_id: str = "1001", **changes: object) -> None:
    """Record an order of two Fire 24pin in status 'shipped', which is unknown to us."""
    fields = {"status": "shipped", "created_at": NOON, **changes}
    line = LineSnapshot("11", 2, sku="fire24", product_id=10)
    snapshot = OrderSnapshot(external_id=external_id, lines=(line,), **fields)  # type: ignore[arg-type]
    with database.transaction() as db:
        orders.record(db, Channel(store_id, "shop"), snapshot, "test")


def recount(database: Database, store_id: int, *paid: str) -> int:
    with database.transaction() as db:
        channel = Channel(store_id, "shop", paid_statuses=frozenset(paid))
        return orders.recount(db, channel, {"shipped"}, "settings")


def test_a_status_mapped_as_paid_counts_the_orders_that_have_it(database: Database, store_id: int) -> None:
    record(database, store_id)

    assert recount(database, store_id, "shipped") == 1

    assert totals(database) == {("Fire", "24pin"): 2}


def test_a_status_mapped_by_mistake_gives_back_what_it_counted(database: Database, store_id: int) -> None:
    record(database, store_id)
    recount(database, store_id, "shipped")

    recount(database, store_id)

    assert posted(database) == [2, -2]


def test_a_paid_order_keeps_its_count_when_its_status_is_mapped_no_longer(
    database: Database, store_id: int
) -> None:
    record(database, store_id, paid_at=NOON)
    recount(database, store_id, "shipped")

    recount(database, store_id)

    assert posted(database) == [2]


def test_an_order_below_another_is_not_counted_again(database: Database, store_id: int) -> None:
    record(database, store_id, "1001")
    record(database, store_id, "1002", parent_external_id="1001")

    recount(database, store_id, "shipped")

    assert totals(database) == {("Fire", "24pin"): 2}
