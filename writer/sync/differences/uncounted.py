"""Order lines that lowered the number of a listing in their store, and took nothing off its product here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from writer.db.schema.listings import listings
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.stores import stores

# Orders are found by when their store changed them, and a store's clock may be far off.
_CLOCKS_APART = timedelta(days=1)
_ANY_UNITS = 1_000_000_000


@dataclass(frozen=True)
class UncountedLine:
    """A line of an order; `units` None: its quantity waits for review, so it may be any."""

    order_id: int
    order_number: str
    line: str
    name: str
    units: int | None


def list_uncounted(
    db: Connection, store_id: int, key: tuple[int, int], stock_product_id: int, since: datetime
) -> tuple[UncountedLine, ...]:
    """Return the lines, recorded since, of a listing by its `key` (product, variation) that count elsewhere.

    A listing that counts for its variations is lowered by theirs, but for those with a number of their own.
    """
    units = func.coalesce(order_lines.c.store_reduced, order_lines.c.taken_due)
    query = (
        select(
            orders.c.id,
            orders.c.number,
            order_lines.c.external_id,
            func.coalesce(func.nullif(order_lines.c.name, ""), order_lines.c.sku).label("name"),
            units.label("units"),
            (order_lines.c.problem.is_not(None) & order_lines.c.store_reduced.is_(None)).label("is_held"),
        )
        .join(order_lines, order_lines.c.order_id == orders.c.id)
        .join(stores, stores.c.id == orders.c.store_id)
        .where(
            orders.c.store_id == store_id,
            orders.c.is_cached,
            orders.c.modified_at > since - _CLOCKS_APART,
            orders.c.recorded_at > since,
            or_(stores.c.stock_from.is_(None), orders.c.created_at >= stores.c.stock_from),
            ~order_lines.c.is_removed,
            or_(order_lines.c.stock_product_id.is_(None), order_lines.c.stock_product_id != stock_product_id),
            _lowers(key, store_id),
            or_(units > 0, order_lines.c.problem.is_not(None)),
        )
        .order_by(orders.c.id, order_lines.c.id)
    )
    return tuple(
        UncountedLine(row.id, row.number, row.external_id, row.name, None if row.is_held else row.units)
        for row in db.execute(query)
    )


def most_units(lines: tuple[UncountedLine, ...]) -> int:
    """Return by how many units at most these lines lowered the number there."""
    return sum(_ANY_UNITS if line.units is None else line.units for line in lines)


def _lowers(key: tuple[int, int], store_id: int) -> ColumnElement[bool]:
    product_id, variation_id = key
    of_product = order_lines.c.product_id == product_id
    if variation_id:
        return of_product & (order_lines.c.variation_id == variation_id)
    counts_itself = exists().where(
        listings.c.store_id == store_id,
        listings.c.product_id == product_id,
        listings.c.variation_id == order_lines.c.variation_id,
        listings.c.manage_stock != "parent",
    )
    return and_(of_product, or_(order_lines.c.variation_id == 0, ~counts_itself))
