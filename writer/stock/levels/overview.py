"""The stock list: products with their sales, the days their stock lasts, and their listings in stores."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from writer.db.schema.movements import movements
from writer.db.schema.products import products
from writer.lib import clock
from writer.lib.store_scope import StoreScope
from writer.stock.products import available as units_available
from writer.stock.products import key

DAYS = 30
STATES = {
    "active": "Active",
    "low": "Low",
    "oversold": "Oversold",
    "inactive": "Inactive",
    "all": "All",
}


@dataclass(frozen=True)
class Filters:
    """The filter of the list: part of a SKU or name, and a state."""

    text: str = ""
    state: str = "active"


@dataclass(frozen=True)
class StoreListing:
    """One listing of a product in a store: what the store showed when last read, what it was sent."""

    store_id: int
    store_name: str
    product_id: int
    variation_id: int
    shown: int | None  # None: no number, or never read
    shown_at: datetime | None  # None: never read
    sent: int | None  # None: nothing yet
    sent_at: datetime | None  # None: nothing yet
    is_pushed: bool  # the store is sent new counts at all
    is_current: bool  # it was sent the newest count
    is_undecided: bool  # it showed a number nothing explains, and the owner has not decided what is right
    is_gone: bool  # the store no longer has it
    problem: str | None  # why it is not pushed; None: fine


# Each returns what stores that are seen list of these products, by the product's id.
store_listings: list[Callable[[Connection, StoreScope, list[int]], dict[int, list[StoreListing]]]] = []


@dataclass(frozen=True)
class Line:
    """One line of the list; `product` is its row."""

    product: Row[Any]
    available: int
    sold: int  # units in the last 30 days, less cancelled ones
    days_of_cover: int | None  # None: not known, because nothing was sold
    shops: list[StoreListing]  # its listings in the stores

    @property
    def is_oversold(self) -> bool:
        return self.available < 0 and not self.product.allows_backorders

    @property
    def is_due(self) -> bool:
        """Tell whether it will be sold out before units ordered today arrive."""
        lead = self.product.lead_time_days
        return lead is not None and self.days_of_cover is not None and self.days_of_cover <= lead


def count_products(db: Connection, filters: Filters) -> int:
    """Count the products that match the filter."""
    found = select(func.count()).select_from(products).where(*_conditions(filters))
    return int(db.execute(found).scalar_one())


def count_in_state(db: Connection, state: str) -> int:
    """Return how many products are in one of STATES."""
    return count_products(db, Filters(state=state))


def list_products(db: Connection, filters: Filters, limit: int, offset: int) -> Sequence[Row[Any]]:
    """Return the rows of the products that match the filter, by SKU."""
    wanted = select(products).where(*_conditions(filters)).order_by(products.c.sku_key)
    return db.execute(wanted.limit(limit).offset(offset)).all()


def list_lines(
    db: Connection, store_scope: StoreScope, filters: Filters, limit: int, offset: int
) -> list[Line]:
    """Return the lines that match the filter, by SKU."""
    return describe(db, store_scope, list_products(db, filters, limit, offset))


def list_lines_after(
    db: Connection, store_scope: StoreScope, filters: Filters, sku_key: str, limit: int
) -> list[Line]:
    """Return the next lines that match the filter, by SKU, after the folded SKU `sku_key` ("": the first)."""
    wanted = select(products).where(*_conditions(filters), products.c.sku_key > sku_key)
    return describe(db, store_scope, db.execute(wanted.order_by(products.c.sku_key).limit(limit)).all())


def describe(db: Connection, store_scope: StoreScope, rows: Iterable[Row[Any]]) -> list[Line]:
    """Return the lines of these products, with their listings in the visible stores."""
    found = list(rows)
    ids = [row.id for row in found]
    sold, listed = units_sold(db, ids), _listed(db, store_scope, ids)
    return [_line(row, sold.get(row.id, 0), listed.get(row.id, [])) for row in found]


def _line(product: Row[Any], sold: int, listed: list[StoreListing]) -> Line:
    available = units_available(product)
    days = min(timedelta(days=DAYS), max(clock.now() - product.counted_from, timedelta(days=1)))
    cover = int(max(available, 0) * (days / timedelta(days=1)) // sold) if sold > 0 else None
    return Line(product, available, sold, cover, listed)


def units_sold(db: Connection, stock_product_ids: list[int]) -> dict[int, int]:
    """Return the units sold in the last 30 days by product, less cancelled ones."""
    since = clock.now() - timedelta(days=DAYS)
    wanted = (
        movements.c.stock_product_id.in_(stock_product_ids)
        & movements.c.kind.in_(("sale", "cancellation"))
        # What happened since then was also recorded since then, and there is an index for that.
        & (movements.c.recorded_at >= since)
        & (movements.c.at >= since)
    )
    total = select(movements.c.stock_product_id, func.sum(movements.c.quantity)).where(wanted)
    rows = db.execute(total.group_by(movements.c.stock_product_id))
    return {stock_product_id: max(0, -int(units)) for stock_product_id, units in rows}


def _listed(db: Connection, store_scope: StoreScope, ids: list[int]) -> dict[int, list[StoreListing]]:
    found: dict[int, list[StoreListing]] = {}
    for find in store_listings:
        for product_id, of_product in find(db, store_scope, ids).items():
            found.setdefault(product_id, []).extend(of_product)
    return found


def _conditions(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.text:
        by_sku = products.c.sku_key.contains(key(filters.text), autoescape=True)
        yield by_sku | products.c.name.icontains(filters.text, autoescape=True)
    if filters.state == "low":
        yield products.c.is_low
    elif filters.state == "oversold":
        yield (products.c.on_hand < products.c.set_aside) & ~products.c.allows_backorders
    elif filters.state != "all":
        yield products.c.is_active if filters.state == "active" else ~products.c.is_active
