"""What a line counts as that no SKU rule knows: as itself, if the installation counts so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.orders.record.ledger import posted, totals
from writer import orders, stock
from writer.db import Database, insert_row
from writer.db.schema.stores import stores
from writer.orders.record import Channel, LineSnapshot, OrderSnapshot
from writer.sales import product_types

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MUG, UNKNOWN = ("Blue mug", ""), ("Tea towel", "")


@pytest.fixture
def store_id(database: Database) -> int:
    """A store, and a stock list that has the blue mug."""
    with database.transaction() as db:
        stock.add_product(db, "ada", "MUG-B", 10, NOON - timedelta(days=1), name="Blue mug")
        return insert_row(db, stores, name="shop", source="shop.example", created_at=NOON)


def choose(database: Database, chosen: str | None) -> None:
    with database.transaction() as db:
        product_types.set_counting(db, "ada", chosen)


def sell(database: Database, store_id: int, sku: str, name: str, **line: Any) -> None:
    """Record an order of two of a product."""
    made = LineSnapshot("11", 2, sku=sku, product_id=10, name=name, **line)
    snapshot = OrderSnapshot("1001", "processing", (made,), NOON, number="1001")
    with database.transaction() as db:
        orders.record(db, Channel(store_id, "shop"), snapshot, "test")


@pytest.mark.parametrize(
    ("chosen", "sku", "expected"),
    [
        pytest.param(None, "mug-b", MUG, id="nobody chose, a product"),
        pytest.param(None, "TOWEL", None, id="nobody chose, no product"),
        pytest.param("itself", "MUG-B", MUG, id="each as itself, a product"),
        pytest.param("itself", "TOWEL", UNKNOWN, id="each as itself, no product"),
        pytest.param("itself", "", UNKNOWN, id="each as itself, no SKU"),
        pytest.param("types", "MUG-B", None, id="by types, a product"),
        pytest.param("types", "TOWEL", None, id="by types, no product"),
        pytest.param("itself", "fire24-usb", ("Fire", "24pin"), id="a rule knows it"),
    ],
)
def test_what_a_line_counts_as(
    database: Database, store_id: int, chosen: str | None, sku: str, expected: tuple[str, str] | None
) -> None:
    choose(database, chosen)

    sell(database, store_id, sku, "Tea towel")

    assert totals(database) == ({} if expected is None else {expected: 2})


def test_a_line_without_a_name_counts_as_its_sku(database: Database, store_id: int) -> None:
    choose(database, "itself")

    sell(database, store_id, " TOWEL ", "")

    assert totals(database) == {("TOWEL", ""): 2}


def test_an_ignored_sku_is_not_counted_as_itself(database: Database, store_id: int) -> None:
    choose(database, "itself")
    with database.transaction() as db:
        product_types.ignore_sku(db, "ada", "GIFT")

    sell(database, store_id, "Gift", "Gift card")

    assert totals(database) == {}


def test_a_product_that_is_said_to_be_of_a_type_counts_as_that(database: Database, store_id: int) -> None:
    with database.transaction() as db:
        stock.add_product(db, "ada", "CUP", 10, NOON - timedelta(days=1), model="Cup", variant="small")

    sell(database, store_id, "CUP", "A cup")

    assert totals(database) == {("Cup", "small"): 2}


def test_an_order_that_is_refunded_takes_back_what_it_counted_as_itself(
    database: Database, store_id: int
) -> None:
    sell(database, store_id, "MUG-B", "Blue mug")

    line = LineSnapshot("11", 2, sku="MUG-B", product_id=10, name="Blue mug")
    refunded = OrderSnapshot("1001", "refunded", (line,), NOON, NOON + timedelta(hours=1), number="1001")
    with database.transaction() as db:
        orders.record(db, Channel(store_id, "shop"), refunded, "test")

    assert posted(database) == [2, -2]


def test_what_waited_counts_as_itself_once_that_is_chosen(database: Database, store_id: int) -> None:
    choose(database, "types")
    sell(database, store_id, "TOWEL", "Tea towel")

    choose(database, "itself")
    with database.transaction() as db:
        orders.rematch_orders(db, orders.list_matchable(db), "chosen")

    assert totals(database) == {UNKNOWN: 2}
