"""How many orders each status has, from sums that triggers keep; no order is read."""

from sqlalchemy import Connection, func, select

from writer.db.schema.orders import order_counts
from writer.lib.store_scope import StoreScope


def count_by_status(db: Connection, store_scope: StoreScope) -> dict[str, int]:
    """Return how many orders in the cache each status has; statuses without any are left out."""
    table = order_counts.c
    total = func.sum(table.cached)
    query = select(table.status, total).where(store_scope.of(table.store_id))
    rows = db.execute(query.group_by(table.status).having(total > 0).order_by(table.status))
    return {status: int(found) for status, found in rows}
