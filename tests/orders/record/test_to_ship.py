"""To ship is what was paid and has units left to ship; such orders are counted along an index."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from tests.delivering import deliver, make_line, make_order_body
from tests.orders.record.many import add_orders, add_stores
from writer.db import Database
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.lib.store_scope import EVERYTHING, NOTHING, StoreScope
from writer.orders.record import (
    Channel,
    LineSnapshot,
    OrderSnapshot,
    RefundSnapshot,
    count_in_menu,
    count_late,
    count_to_ship,
    count_unpaid,
    oldest_to_ship,
    record,
    trash,
)

pytestmark = pytest.mark.postgres

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LINES = (LineSnapshot("11", 2, "FIRE24", 10, name="Fire 24"), LineSnapshot("12", 1, "CASE", 15, name="Case"))
ONE_BACK = RefundSnapshot("77", 1200, lines=(("11", 1),))
ALL_BACK = RefundSnapshot("78", 2400, lines=(("11", 2), ("12", 1)))


def to_ship(database: Database) -> int:
    with database.reading() as db:
        return int(db.execute(select(orders.c.to_ship)).scalar_one())


@pytest.mark.parametrize(
    ("changes", "units"),
    [
        ({}, 3),
        ({"status": "packed"}, 3),  # the owner says that it counts as paid
        ({"status": "completed"}, 0),
        ({"status": "on-hold"}, 0),
        ({"status": "pending"}, 0),
        ({"status": "cancelled"}, 0),
        ({"status": "refunded"}, 0),
        ({"status": "trash"}, 0),
        ({"status": "sent-by-a-plugin"}, 0),
        ({"refunds": (ONE_BACK,)}, 2),
        ({"refunds": (ALL_BACK,)}, 0),
        ({"refunds": (RefundSnapshot("79", 500, lines=()),)}, 3),
        ({"lines": LINES[:1]}, 2),
        ({"lines": (LineSnapshot("11", 2, "FIRE24", 10, store_reduced=0),)}, 2),
    ],
    ids=str,
)
def test_an_order_is_to_ship_while_it_is_paid_and_has_units_left(
    database: Database, changes: dict[str, Any], units: int
) -> None:
    with database.transaction() as db:
        channel = Channel(_store(db), "shop", paid_statuses=frozenset({"packed"}), has_keys=True)
        newest: dict[str, Any] = {"status": "processing", "lines": LINES, "currency": "GBP", **changes}
        record(db, channel, OrderSnapshot("1", "processing", LINES, NOON, changed_at=NOON), "test")
        later = NOON + timedelta(hours=1)
        snapshot = OrderSnapshot(
            "1", created_at=NOON, changed_at=later, paid_at=NOON, is_authoritative=True, **newest
        )
        record(db, channel, snapshot, "test")

    assert to_ship(database) == units


def test_an_order_in_the_trash_is_not_to_ship(database: Database) -> None:
    with database.transaction() as db:
        channel = Channel(_store(db), "shop")
        record(db, channel, OrderSnapshot("1", "processing", LINES, NOON), "test")
        trash(db, channel, "1", "test")

    assert to_ship(database) == 0


def test_an_order_whose_parent_counts_is_not_to_ship(database: Database) -> None:
    with database.transaction() as db:
        channel = Channel(_store(db), "shop")
        child = OrderSnapshot("2", "processing", LINES, NOON, parent_external_id="1")
        record(db, channel, child, "test")
        assert count_to_ship(db, EVERYTHING) == 1

        record(db, channel, OrderSnapshot("1", "processing", LINES, NOON), "test")

        rows = db.execute(select(orders.c.external_id, orders.c.to_ship).order_by(orders.c.external_id))
        assert [tuple(row) for row in rows] == [("1", 3), ("2", 0)]


def test_what_waits_is_counted_for_who_may_see_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=5))
    with database.transaction() as db:
        first, second = Channel(_store(db, "kiln"), "kiln"), Channel(_store(db, "wheel"), "wheel")
        for number, status, made_at in (
            ("1", "processing", NOON),
            ("2", "processing", NOON + timedelta(days=4)),
            ("3", "completed", NOON),
            ("4", "on-hold", NOON),
            ("5", "pending", NOON),
            ("6", "failed", NOON),
        ):
            record(db, first, OrderSnapshot(number, status, LINES, made_at), "test")
        record(db, second, OrderSnapshot("1", "processing", LINES, NOON - timedelta(days=1)), "test")

    with database.reading() as db:
        kiln = StoreScope(frozenset({first.store_id}))
        counts = (count_to_ship, count_late, count_unpaid)
        assert [count(db, EVERYTHING) for count in counts] == [3, 2, 2]
        assert [count(db, kiln) for count in counts] == [2, 1, 2]
        assert [count(db, NOTHING) for count in counts] == [0, 0, 0]
        assert count_in_menu(db, kiln) == {"/orders?view=to-ship": 2}
        assert oldest_to_ship(db, EVERYTHING) == NOON - timedelta(days=1)
        assert oldest_to_ship(db, kiln) == NOON
        assert oldest_to_ship(db, NOTHING) is None


def test_a_refund_that_comes_later_takes_its_units_off_what_is_to_ship(
    client: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(line_items=[make_line(quantity=2)]))
    assert to_ship(database) == 2

    line = make_line(quantity=2, meta_data=[{"key": "_restock_refunded_items", "value": "1"}])
    refund = [{"id": 5, "reason": "chipped", "total": "-12.00"}]
    later = {"date_modified_gmt": "2026-11-20T11:00:00", "refunds": refund}
    deliver(client, make_order_body(line_items=[line], **later))

    assert to_ship(database) == 1


@pytest.mark.sqlite_only
def test_what_is_to_ship_is_found_by_its_index(database: Database) -> None:
    add_orders(database, add_stores(database, "kiln"), 50)
    with database.transaction() as db:
        db.execute(update(orders).where(orders.c.id % 5 == 0).values(to_ship=1))
    seen: list[str] = []

    with database.reading() as db:
        raw: Any = db.connection.dbapi_connection
        raw.set_trace_callback(seen.append)
        count_to_ship(db, EVERYTHING)
        count_late(db, EVERYTHING)
        oldest_to_ship(db, EVERYTHING)
        raw.set_trace_callback(None)
        plans = [
            str(db.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all())
            for statement in seen
            if statement.startswith("SELECT")
        ]

    assert len(plans) == 3
    assert all("ix_orders_to_ship" in plan for plan in plans), plans


def _store(db: Any, name: str = "shop") -> int:
    query = stores.insert().values(name=name, source=f"{name}.example", created_at=NOON)
    return int(db.execute(query.returning(stores.c.id)).scalar_one())
