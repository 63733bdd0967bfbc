"""How fast products sell, and which of them run out soon."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, literal, select

from writer.db.schema.movements import sold_days
from writer.db.schema.products import products
from writer.db.schema.types import UtcTime, whole_days
from writer.lib import clock
from writer.lib.store_scope import StoreScope
from writer.stock.products import available as units_available

DAYS = 30  # the days whose sales say how fast a product sells
SOON = 7  # a product runs out soon that lasts for so many days or fewer
KINDS_SOLD = ("sale", "cancellation")  # those that migration 0034 adds up by day
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

units_free = products.c.on_hand - products.c.set_aside


@dataclass(frozen=True)
class RunningOut:
    """A product that is low, or lasts for a week or less at the pace of the last 30 days."""

    stock_product_id: int
    sku: str
    name: str
    available: int  # units; 0 or fewer: none is left
    days_left: int | None  # None: nothing was sold, it is low
    sold: int  # units in the last 30 days
    reorder_point: int | None  # None: it has none


def running_out(db: Connection, limit: int = 5) -> list[RunningOut]:
    """Return the products that run out within a week or are low, the first to run out first."""
    sold, left = units_sold_of(), days_left_of()
    query = select(products, sold.label("sold"), left.label("days_left")).where(runs_out())
    found = db.execute(query.order_by(left.is_(None), left, products.c.sku_key).limit(limit))
    return [_running_out(row) for row in found]


def count_running_out(db: Connection) -> int:
    """Count the products that run out within a week or are low."""
    return int(db.execute(select(func.count()).select_from(products).where(runs_out())).scalar_one())


def count_in_menu(db: Connection, _store_scope: StoreScope) -> dict[str, int]:
    """Return how many products somebody should see to, by the address of the list."""
    return {"/stock": count_running_out(db)}


def _running_out(row: Row[Any]) -> RunningOut:
    return RunningOut(
        stock_product_id=row.id,
        sku=row.sku,
        name=row.name,
        available=units_available(row),
        days_left=row.days_left,
        sold=int(row.sold),
        reorder_point=row.reorder_point,
    )


def units_sold(db: Connection, stock_product_ids: list[int]) -> dict[int, int]:
    """Return the units sold in the last 30 days by product, less cancelled ones."""
    wanted = sold_days.c.stock_product_id.in_(stock_product_ids) & (sold_days.c.day > _first_day())
    total = select(sold_days.c.stock_product_id, func.sum(sold_days.c.units)).where(wanted)
    rows = db.execute(total.group_by(sold_days.c.stock_product_id))
    return {stock_product_id: max(0, int(units)) for stock_product_id, units in rows}


def list_sold_days(db: Connection, stock_product_id: int) -> list[int]:
    """Return the units sold on each of the last 30 days, the oldest first."""
    first = _first_day()
    wanted = (sold_days.c.stock_product_id == stock_product_id) & (sold_days.c.day > first)
    rows = db.execute(select(sold_days.c.day, sold_days.c.units).where(wanted))
    by_day = {row.day: row.units for row in rows}
    return [by_day.get(first + number, 0) for number in range(1, DAYS + 1)]


def days_left(product: Row[Any], sold: int) -> int | None:
    """Return the whole days until none is available if `sold` units went in 30 days; None if none did."""
    if sold <= 0:
        return None
    counted_from: datetime = product.counted_from
    age = (clock.now() - counted_from).days
    return max(units_available(product), 0) * min(max(age, 1), DAYS) // sold


def units_sold_of() -> ColumnElement[int]:
    """Return the column of units sold in the last 30 days, in a query of products."""
    of_it = (sold_days.c.stock_product_id == products.c.id) & (sold_days.c.day > _first_day())
    total = select(func.coalesce(func.sum(sold_days.c.units), 0)).where(of_it)
    return total.correlate(products).scalar_subquery()


def days_left_of() -> ColumnElement[int | None]:
    """Return the column of `days_left`, in a query of products."""
    sold = units_sold_of()
    return case((sold > 0, case((units_free > 0, units_free), else_=0) * _days_counted() // sold))


def runs_out() -> ColumnElement[bool]:
    """Return the condition of products that run out within a week or are low."""
    # Written so that units sold, which is a query for each product, stands there once.
    needed = case((units_free > 0, units_free * _days_counted()), else_=1)
    return products.c.is_active & (products.c.is_low | (SOON * units_sold_of() >= needed))


def _days_counted() -> ColumnElement[int]:
    """Return the column of the whole days that a product has been counted: 1 to 30."""
    now = clock.now()
    age = whole_days(products.c.counted_from, literal(now, UtcTime))
    is_longer = products.c.counted_from <= now - timedelta(days=DAYS)
    return case((is_longer, DAYS), (age > 1, age), else_=1)


def first_moment() -> datetime:
    """Return when the last 30 days begin: they are days of UTC, the present one among them."""
    return _EPOCH + timedelta(days=_first_day() + 1)


def _first_day() -> int:
    """Return the last day, since 1970, that is not of the last 30."""
    return (clock.now() - _EPOCH).days - DAYS
