"""How many orders wait for the shop to do something, and which wait longest: to ship, late, not paid yet."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from writer.db.schema.orders import order_counts, orders
from writer.lib import clock
from writer.lib.store_scope import StoreScope
from writer.orders.record.queries import visible

LATE_AFTER = timedelta(days=3)
UNPAID = ("pending", "on-hold")

# Not a bound value, because a partial index is used only where the statement itself says so.
is_to_ship: ColumnElement[bool] = orders.c.to_ship > literal_column("0")


def is_late() -> ColumnElement[bool]:
    """Return the condition for orders that were made long ago and are still to be shipped."""
    return is_to_ship & (orders.c.created_at < clock.now() - LATE_AFTER)


def count_to_ship(db: Connection, store_scope: StoreScope) -> int:
    """Count the orders that are paid and have units left to ship."""
    return _count(db, store_scope, is_to_ship)


def count_late(db: Connection, store_scope: StoreScope) -> int:
    """Count the orders to ship that were made more than three days ago."""
    return _count(db, store_scope, is_late())


def oldest_to_ship(db: Connection, store_scope: StoreScope) -> datetime | None:
    """Return when the order to ship that waits longest was made; None if none is to be shipped."""
    oldest = select(orders.c.created_at).where(is_to_ship, visible(store_scope)).order_by(orders.c.created_at)
    return db.execute(oldest.limit(1)).scalar_one_or_none()


def count_unpaid(db: Connection, store_scope: StoreScope) -> int:
    """Count the orders that wait for their payment, from a sum that triggers keep."""
    table = order_counts.c
    waiting = table.status.in_(UNPAID) & store_scope.of(table.store_id)
    return int(db.execute(select(func.coalesce(func.sum(table.cached), 0)).where(waiting)).scalar_one())


def count_in_menu(db: Connection, store_scope: StoreScope) -> dict[str, int]:
    """Return how many orders are to be shipped, by the address of their list."""
    return {"/orders?view=to-ship": count_to_ship(db, store_scope)}


def _count(db: Connection, store_scope: StoreScope, which: ColumnElement[bool]) -> int:
    return int(db.execute(select(func.count()).where(which, visible(store_scope))).scalar_one())
