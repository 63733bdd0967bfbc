"""Orders and revenue by day, from sums that triggers keep; no order is read."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, func, select

from writer.db.schema.orders import order_counts, order_revenue
from writer.lib.store_scope import StoreScope

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Day:
    """The orders of one day (UTC) in one currency; `net_minor` is the revenue of paid orders less refunds."""

    on: date
    currency: str
    made: int  # orders, paid or not
    units: int
    net_minor: int


def list_days(db: Connection, store_scope: StoreScope, first: date, last: date) -> list[Day]:
    """Return each day and currency with orders, both days included, by currency and day."""
    table = order_revenue.c
    within = (table.day >= (first - _EPOCH).days) & (table.day <= (last - _EPOCH).days)
    sums = [func.sum(column) for column in (table.orders, table.units, table.net_minor)]
    query = select(table.currency, table.day, *sums).where(within, store_scope.of(table.store_id))
    rows = db.execute(query.group_by(table.currency, table.day).order_by(table.currency, table.day))
    return [
        Day(_EPOCH + timedelta(days=day), currency, int(made), int(units), int(net))
        for currency, day, made, units, net in rows
        if made
    ]


def count_by_status(db: Connection, store_scope: StoreScope) -> dict[str, int]:
    """Return how many orders in the cache each status has; statuses without any are left out."""
    table = order_counts.c
    total = func.sum(table.cached)
    query = select(table.status, total).where(store_scope.of(table.store_id))
    rows = db.execute(query.group_by(table.status).having(total > 0).order_by(table.status))
    return {status: int(found) for status, found in rows}
