"""What is read of listings: how many are matched, pages of them by filter, what a store does not list."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, select

from writer.db.schema.listings import listings
from writer.db.schema.products import product_aliases, products
from writer.db.schema.stores import stores
from writer.lib.store_scope import StoreScope
from writer.stock import key
from writer.stores.listings.conditions import is_unmatched

FILTERS = {
    "all": "All",
    "unmatched": "To sort",
    "renamed": "Renamed in the store",
    "hand": "Mapped by hand",
    "trouble": "Not updated",
}
_CHUNK = 500


def list_summaries(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    """Return the stores that are seen, by name, with how many listings each has: `listed`, `matched` and
    `unmatched`."""
    counts = (
        select(
            listings.c.store_id,
            func.count().label("listed"),
            func.count(listings.c.stock_product_id).label("matched"),
            func.sum(case((is_unmatched, 1), else_=0)).label("unmatched"),
        )
        .where(~listings.c.is_gone)
        .group_by(listings.c.store_id)
        .subquery()
    )
    numbers = [func.coalesce(counts.c[name], 0).label(name) for name in ("listed", "matched", "unmatched")]
    query = select(stores, *numbers).outerjoin(counts, counts.c.store_id == stores.c.id)
    return list(db.execute(query.where(store_scope.of(stores.c.id)).order_by(stores.c.name, stores.c.id)))


def with_keys(db: Connection, store_scope: StoreScope) -> list[tuple[int, str]]:
    """Return id and name of every active store that is seen and can be asked by REST, by id."""
    can = stores.c.is_active & stores.c.consumer_key_encrypted.is_not(None) & store_scope.of(stores.c.id)
    return [
        (row.id, row.name)
        for row in db.execute(select(stores.c.id, stores.c.name).where(can).order_by(stores.c.id))
    ]


def count_by_filter(db: Connection, store_id: int) -> dict[str, int]:
    """Return how many listings of a store each filter leaves."""
    columns = [func.count(case((_wanted(name), 1))).label(name) for name in FILTERS if name != "renamed"]
    row = db.execute(select(*columns).where(listings.c.store_id == store_id)).one()
    return {**dict(row._mapping), "renamed": count(db, store_id, "renamed")}


def count(db: Connection, store_id: int, which: str) -> int:
    """Return how many listings of a store a filter leaves."""
    query = _joined().where(listings.c.store_id == store_id, _wanted(which))
    return int(db.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def page(db: Connection, store_id: int, which: str, limit: int, offset: int) -> list[Row[Any]]:
    """Return a page of a store's listings with `our_sku`, `on_hand` and `set_aside`, by SKU."""
    query = _joined().where(listings.c.store_id == store_id, _wanted(which))
    query = query.order_by(func.lower(listings.c.sku), listings.c.product_id, listings.c.variation_id)
    return list(db.execute(query.limit(limit).offset(offset)))


def walk(db: Connection, store_id: int) -> Iterator[Row[Any]]:
    """Yield every listing of a store, by id, never all of them at once."""
    after = 0
    while rows := db.execute(
        _joined()
        .where(listings.c.store_id == store_id, listings.c.id > after)
        .order_by(listings.c.id)
        .limit(_CHUNK)
    ).all():
        yield from rows
        after = rows[-1].id


def is_renamed(row: Row[Any]) -> bool:
    """Tell whether the SKU the store writes is no longer one of the product it was matched to."""
    return bool(row.is_renamed) and key(row.sku) != row.sku_key


def count_unlisted(db: Connection, store_id: int) -> int:
    """Return how many products we count that the store does not list."""
    return int(db.execute(select(func.count()).select_from(_unlisted(store_id).subquery())).scalar_one())


def list_unlisted(db: Connection, store_id: int, limit: int) -> list[Row[Any]]:
    """Return products we count and the store does not list, by SKU."""
    return list(db.execute(_unlisted(store_id).order_by(products.c.sku_key).limit(limit)))


def _unlisted(store_id: int) -> Select[Any]:
    there = exists().where(
        listings.c.store_id == store_id, listings.c.stock_product_id == products.c.id, ~listings.c.is_gone
    )
    return select(products).where(products.c.is_active, ~there)


def _joined() -> Select[Any]:
    return select(
        listings,
        products.c.sku.label("our_sku"),
        products.c.sku_key,
        products.c.on_hand,
        products.c.set_aside,
        _renamed().label("is_renamed"),
    ).outerjoin(products, products.c.id == listings.c.stock_product_id)


def _wanted(which: str) -> ColumnElement[bool]:
    return {
        "all": listings.c.id > 0,
        "unmatched": is_unmatched & ~listings.c.is_gone,
        "hand": listings.c.is_mapped_by_hand.is_(True),
        "trouble": listings.c.problem.is_not(None),
        "renamed": _renamed(),
    }[which]


def _renamed() -> ColumnElement[bool]:
    """As the database folds: ASCII alone on SQLite, which may list a few too many and never too few."""
    folded = func.lower(func.trim(listings.c.sku))
    alias = exists().where(
        product_aliases.c.sku_key == folded,
        product_aliases.c.stock_product_id == listings.c.stock_product_id,
    )
    return and_(
        listings.c.stock_product_id.is_not(None),
        ~listings.c.is_mapped_by_hand,
        listings.c.sku != "",
        products.c.sku_key != folded,
        ~alias,
    )
