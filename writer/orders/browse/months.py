"""How many orders a filter leaves, month by month: from the counts that triggers keep, and from the orders
themselves for a month that the filter cuts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

from writer.db.schema.orders import order_counts, orders
from writer.lib.store_scope import StoreScope
from writer.orders.browse.filters import OrderFilters, along_an_index, counted, made_between

_LAST_MONTH = 9999 * 12 + 11  # of Python's calendar


@dataclass(frozen=True)
class Month:
    """One month, or what the filter leaves of it, and how many orders were made in it."""

    first_at: datetime
    until: datetime | None  # None: the calendar's last month
    orders: int


def list_months(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> list[Month]:
    """Return the months that hold what filters without a text leave, oldest first."""
    month, total = order_counts.c.month, func.sum(order_counts.c.cached)
    query = select(month, total.label("orders")).where(counted(store_scope, filters))
    if filters.first_at is not None:
        query = query.where(month >= _number(filters.first_at))
    if filters.until is not None:
        query = query.where(month <= _number(filters.until - timedelta(microseconds=1)))
    rows = db.execute(query.group_by(month).order_by(month)).all()
    return [_of_days(db, store_scope, filters, row.month, int(row.orders)) for row in rows]


def count(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> int:
    """Return how many orders filters without a text leave."""
    return sum(month.orders for month in list_months(db, store_scope, filters))


def list_statuses(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> list[str]:
    """Return the statuses that orders have, those out of the filters' days included."""
    query = select(order_counts.c.status).where(counted(store_scope, filters)).distinct()
    return sorted(db.execute(query).scalars())


def _of_days(
    db: Connection, store_scope: StoreScope, filters: OrderFilters, number: int, listed: int
) -> Month:
    """Return what the filter leaves of a month that has `listed` orders."""
    starts, ends = _start(number), _start(number + 1) if number < _LAST_MONTH else None
    first_at, until = max(starts, filters.first_at or starts), filters.until
    until = ends if until is None or (ends is not None and ends < until) else until
    if (first_at, until) != (starts, ends):
        cut = along_an_index(store_scope, filters) & made_between(first_at, until)
        listed = db.execute(select(func.count()).select_from(orders).where(cut)).scalar_one()
    return Month(first_at, until, listed)


def _number(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1


def _start(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
