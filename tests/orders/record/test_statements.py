"""How many statements it takes to record an order: what each kind of delivery may cost at most."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import Connection

from writer import stock
from writer.db import Database
from writer.orders.record import Channel, LineSnapshot, OrderSnapshot, RefundSnapshot, record
from writer.stores.registry import registry

pytestmark = pytest.mark.sqlite_only

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LINE = LineSnapshot("11", 2, sku="FIRE24", product_id=10, name="Fire 24")
ICE = LineSnapshot("12", 1, sku="ICE28", product_id=13, name="Ice 28")
REFUND = RefundSnapshot("77", 1200, lines=(("11", 1),))
NEW = OrderSnapshot("1001", "processing", (LINE,), NOON, changed_at=NOON, paid_at=NOON, currency="EUR")

LATER = replace(NEW, changed_at=NOON + timedelta(hours=1))
REFUNDED = replace(LATER, refunds=(REFUND,), is_authoritative=True)

# Kind of delivery: what is recorded before, what arrives, and the statements that it may take.
DELIVERIES = {
    "a new order": ([], NEW, 11),
    "a new order of two products": ([], replace(NEW, lines=(LINE, ICE)), 18),
    "the same again": ([NEW], NEW, 1),
    "the same, saved again by the store": ([NEW], LATER, 2),
    "an older state": ([LATER], NEW, 1),
    "a status that counts alike": ([NEW], replace(LATER, status="completed"), 5),
    "a status that counts for nothing": ([NEW], replace(LATER, status="cancelled"), 9),
    "another quantity": ([NEW], replace(LATER, lines=(replace(LINE, quantity=3),)), 9),
    "a refund": ([NEW], REFUNDED, 10),
    "a refund that is read again": ([REFUNDED], REFUNDED, 2),
}


@contextmanager
def counting(db: Connection) -> Iterator[list[str]]:
    """Collect the statements that SQLite is given; what triggers execute is not among them."""
    traced: list[str] = []
    statements: list[str] = []
    raw: Any = db.connection.dbapi_connection
    raw.set_trace_callback(traced.append)
    yield statements
    raw.set_trace_callback(None)
    # For each statement of a trigger SQLite names the one that set the trigger off again.
    statements += [text for text, _ in groupby(traced)]


@pytest.mark.parametrize("kind", DELIVERIES)
def test_a_delivery_takes_no_more_statements_than_its_kind_needs(database: Database, kind: str) -> None:
    known, arriving, most = DELIVERIES[kind]
    with database.transaction() as db:
        stock.add_product(db, "ada", "FIRE24", on_hand=10, at=NOON - timedelta(days=1))
        stock.add_product(db, "ada", "ICE28", on_hand=10, at=NOON - timedelta(days=1))
        channel = Channel(registry.register(db, "shop.example", "test").id, "shop", has_keys=True)
        for snapshot in known:
            record(db, channel, snapshot, "test")

        with counting(db) as statements:
            record(db, channel, arriving, "test")

    assert len(statements) <= most, "\n".join(statements)
