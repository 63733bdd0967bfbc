"""The sums that triggers keep of orders are what adding up the orders gives, whatever happens to them."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from tests.orders.record.many import FIRST, STATUSES, add_orders, add_stores
from writer.db import Database
from writer.db.schema.orders import order_counts, order_revenue, orders


def change_at_random(db: Connection, chance: random.Random) -> None:
    """Let something happen to one order, as it does to orders."""
    one = orders.c.id == chance.randint(1, 300)
    changes: list[dict[str, Any]] = [
        {"status": chance.choice(STATUSES)},
        {"is_cached": chance.random() < 0.5},
        {"units": chance.randrange(9), "net_minor": chance.randrange(-5, 9999)},
        {"total_minor": chance.randrange(9999), "changed_at": FIRST + timedelta(days=chance.randrange(900))},
        {"currency": chance.choice(("EUR", "JPY")), "created_at": FIRST},
        {"customer_name": None},
    ]
    if chance.random() < 0.1:
        db.execute(delete(orders).where(one))
    else:
        db.execute(update(orders).where(one).values(**chance.choice(changes)))


def test_sums_are_those_of_the_orders(database: Database) -> None:
    add_orders(database, add_stores(database, "a", "b"), 300)
    chance = random.Random(5)
    with database.transaction() as db:
        for _ in range(600):
            change_at_random(db, chance)

    with database.reading() as db:
        assert kept(db) == added_up(db)
        sums = (func.count(), func.sum(orders.c.units), func.sum(orders.c.net_minor))
        by_currency = db.execute(select(orders.c.currency, *sums).group_by(orders.c.currency)).all()
        names = (order_revenue.c.orders, order_revenue.c.units, order_revenue.c.net_minor)
        counted = db.execute(select(func.sum(order_revenue.c.counted))).scalar_one()
        of_them = select(func.count()).where((orders.c.units != 0) | (orders.c.net_minor != 0))
        assert int(counted) == db.execute(of_them).scalar_one() > 0
        revenue = select(order_revenue.c.currency, *(func.sum(name) for name in names))
        found = db.execute(revenue.group_by(order_revenue.c.currency)).all()

    assert {tuple(map(str, row)) for row in found} == {tuple(map(str, row)) for row in by_currency}


def kept(db: Connection) -> dict[tuple[int, str, int], tuple[int, int]]:
    """What is counted by store, status and month: all orders, and those in the cache."""
    rows = db.execute(select(order_counts).where(order_counts.c.orders > 0))
    return {(row.store_id, row.status, row.month): (row.orders, row.cached) for row in rows}


def added_up(db: Connection) -> dict[tuple[int, str, int], tuple[int, int]]:
    """The same from the orders."""
    found: dict[tuple[int, str, int], tuple[int, int]] = {}
    for row in db.execute(select(orders)):
        key = (row.store_id, row.status, row.created_at.year * 12 + row.created_at.month - 1)
        all_of_them, cached = found.get(key, (0, 0))
        found[key] = (all_of_them + 1, cached + row.is_cached)
    return found
