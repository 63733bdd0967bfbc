"""What a list comes to: how many orders, and their money by currency, as far as that can be told at once."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from writer.db.schema.orders import orders
from writer.lib.store_scope import StoreScope
from writer.orders.browse import months, narrow
from writer.orders.browse.filters import OrderFilters, by_store_and_status

MOST_SUMMED = 2_000  # orders whose money is added up for a page


@dataclass(frozen=True)
class Total:
    """`orders` None: too many to count. `money` is minor units by currency, None: too many to add up."""

    orders: int | None
    money: dict[str, int] | None


def total(
    db: Connection,
    store_scope: StoreScope,
    filters: OrderFilters,
    parts: list[narrow.Part] | None = None,
) -> Total:
    """Count the filtered orders, and add up their totals less refunds; `parts` as keyset.page."""
    parts = narrow.parts(db, store_scope, filters) if parts is None else parts
    if any(part.is_few for part in parts):
        return _add_up(db, narrow.condition(store_scope, filters, parts))
    if parts:
        return Total(None, None)
    count = months.count(db, store_scope, filters)
    if count > MOST_SUMMED:
        return Total(count, None)
    return _add_up(db, by_store_and_status(db, store_scope, filters))


def _add_up(db: Connection, which: ColumnElement[bool]) -> Total:
    money = func.sum(orders.c.total_minor - orders.c.refunded_minor)
    query = select(orders.c.currency, func.count().label("orders"), money.label("money"))
    rows = db.execute(query.where(which).group_by(orders.c.currency).order_by(orders.c.currency)).all()
    return Total(sum(row.orders for row in rows), {row.currency: int(row.money) for row in rows})
