"""The stock list: products with their sales, the days their stock lasts, and their listings in stores."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from writer.db.schema.products import products
from writer.db.schema.stores import stores
from writer.lib.store_scope import StoreScope
from writer.stock.levels import pace
from writer.stock.products import available as units_available
from writer.stock.products import key

# The views of the list, and what each is called.
VIEWS = {
    "active": "All",
    "running-out": "Running out",
    "oversold": "Oversold",
    "unlisted": "Not listed anywhere",
    "inactive": "No longer sold",
}
# What addresses may ask for beside them.
STATES = (*VIEWS, "low", "all")
SORTS = ("sku", "on-hand", "available", "sold", "days-left")


def usual_sort(state: str) -> str:
    """Return what a view is sorted by as long as nobody says otherwise."""
    return "days-left" if state == "running-out" else "sku"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to, and how it is sorted."""

    text: str = ""  # a part of a SKU or name
    state: str = "active"  # one of STATES
    store_id: int | None = None  # listed in this store; None: in any or none
    sort: str = "sku"  # one of SORTS
    is_descending: bool = False


@dataclass(frozen=True)
class Sums:
    """What all products of a list come to together, in units."""

    products: int
    on_hand: int
    available: int


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

    @property
    def state(self) -> str:
        """Return how it stands: gone, failed, asked, off, updating, or current."""
        if self.is_gone:
            return "gone"
        if self.problem:
            return "failed"
        if not self.is_pushed:
            return "off"
        if self.is_undecided:
            return "asked"
        return "current" if self.is_current else "updating"

    @property
    def is_wrong(self) -> bool:
        """Tell whether somebody should look at it."""
        return self.state in ("gone", "failed", "asked")


# Each returns what stores that are seen list of these products, by the product's id.
store_listings: list[Callable[[Connection, StoreScope, list[int]], dict[int, list[StoreListing]]]] = []

# Each returns a query of the ids of products that stores that are seen list, or this one of them.
listed_products: list[Callable[[StoreScope, int | None], Select[tuple[int]]]] = []


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
    def runs_out(self) -> bool:
        """Tell whether it lasts for a week or less."""
        return self.days_of_cover is not None and self.days_of_cover <= pace.SOON

    @property
    def is_due(self) -> bool:
        """Tell whether it will be sold out before units ordered today arrive."""
        lead = self.product.lead_time_days
        return lead is not None and self.days_of_cover is not None and self.days_of_cover <= lead


def count_products(db: Connection, store_scope: StoreScope, filters: Filters) -> int:
    """Count the products that match the filter."""
    found = select(func.count()).select_from(products).where(*_conditions(store_scope, filters))
    return int(db.execute(found).scalar_one())


def count_views(db: Connection, store_scope: StoreScope, filters: Filters) -> dict[str, int]:
    """Count the products of each view that match the rest of the filter."""
    return {view: count_products(db, store_scope, replace(filters, state=view)) for view in VIEWS}


def sum_products(db: Connection, store_scope: StoreScope, filters: Filters) -> Sums:
    """Return what the products that match the filter come to."""
    columns = (func.count(), func.sum(products.c.on_hand), func.sum(pace.units_free))
    found = select(*columns).select_from(products).where(*_conditions(store_scope, filters))
    return Sums(*(int(number or 0) for number in db.execute(found).one()))


def count_in_state(db: Connection, state: str) -> int:
    """Return how many products are `low`, `oversold`, `active` or `inactive`."""
    found = select(func.count()).select_from(products).where(_is(state))
    return int(db.execute(found).scalar_one())


def list_products(
    db: Connection, store_scope: StoreScope, filters: Filters, limit: int, offset: int
) -> Sequence[Row[Any]]:
    """Return the rows of the products that match the filter, sorted as it says."""
    wanted = select(products).where(*_conditions(store_scope, filters)).order_by(*_order(filters))
    return db.execute(wanted.limit(limit).offset(offset)).all()


def list_lines(
    db: Connection, store_scope: StoreScope, filters: Filters, limit: int, offset: int
) -> list[Line]:
    """Return the lines that match the filter, sorted as it says."""
    return describe(db, store_scope, list_products(db, store_scope, filters, limit, offset))


def list_lines_after(
    db: Connection, store_scope: StoreScope, filters: Filters, sku_key: str, limit: int
) -> list[Line]:
    """Return the next lines that match the filter, by SKU, after the folded SKU `sku_key` ("": the first)."""
    wanted = select(products).where(*_conditions(store_scope, filters), products.c.sku_key > sku_key)
    return describe(db, store_scope, db.execute(wanted.order_by(products.c.sku_key).limit(limit)).all())


def list_stores(db: Connection, store_scope: StoreScope) -> list[tuple[int, str]]:
    """Return (id, name) of the stores that are seen, by name."""
    seen = select(stores.c.id, stores.c.name).where(store_scope.of(stores.c.id), stores.c.is_active)
    return [(row.id, row.name) for row in db.execute(seen.order_by(func.lower(stores.c.name)))]


def describe(db: Connection, store_scope: StoreScope, rows: Iterable[Row[Any]]) -> list[Line]:
    """Return the lines of these products, with their listings in the visible stores."""
    found = list(rows)
    ids = [row.id for row in found]
    sold, listed = pace.units_sold(db, ids), _listed(db, store_scope, ids)
    return [_line(row, sold.get(row.id, 0), listed.get(row.id, [])) for row in found]


def _line(product: Row[Any], sold: int, listed: list[StoreListing]) -> Line:
    return Line(product, units_available(product), sold, pace.days_left(product, sold), listed)


def _listed(db: Connection, store_scope: StoreScope, ids: list[int]) -> dict[int, list[StoreListing]]:
    found: dict[int, list[StoreListing]] = {}
    for find in store_listings:
        for product_id, of_product in find(db, store_scope, ids).items():
            found.setdefault(product_id, []).extend(of_product)
    return found


def _conditions(store_scope: StoreScope, filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.text:
        by_sku = products.c.sku_key.contains(key(filters.text), autoescape=True)
        yield by_sku | products.c.name.icontains(filters.text, autoescape=True)
    if filters.store_id is not None:
        yield from (products.c.id.in_(find(store_scope, filters.store_id)) for find in listed_products)
    if filters.state == "unlisted":
        yield products.c.is_active
        yield from (products.c.id.not_in(find(store_scope, None)) for find in listed_products)
    elif filters.state != "all":
        yield _is(filters.state)


def _is(state: str) -> ColumnElement[bool]:
    if state == "running-out":
        return pace.runs_out()
    if state == "low":
        return products.c.is_low
    if state == "oversold":
        return (products.c.on_hand < products.c.set_aside) & ~products.c.allows_backorders
    return products.c.is_active if state == "active" else ~products.c.is_active


def _order(filters: Filters) -> list[ColumnElement[Any]]:
    by: dict[str, ColumnElement[Any]] = {
        "on-hand": products.c.on_hand,
        "available": pace.units_free,
        "sold": pace.units_sold_of(),
        "days-left": pace.days_left_of(),
    }
    if filters.sort not in by:
        return [products.c.sku_key.desc() if filters.is_descending else products.c.sku_key.asc()]
    column = by[filters.sort]
    # What is not known comes last either way.
    return [column.is_(None), column.desc() if filters.is_descending else column.asc(), products.c.sku_key]
