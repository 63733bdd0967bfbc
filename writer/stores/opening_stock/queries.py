"""The table of the opening stock: every SKU with our count and what each store shows."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, null, select, union_all

from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.stores.listings.conditions import is_gone, is_unmatched

_folded = func.lower(func.trim(listings.c.sku))
_waits = is_unmatched & (listings.c.sku != "")


@dataclass(frozen=True)
class OpeningCount:
    """One SKU: our count (None: not counted yet) and the numbers in each store, by store id."""

    sku: str
    ours: int | None
    shown: dict[int, list[int]]


def counts_anything(db: Connection) -> bool:
    """Tell whether any product is counted here."""
    return db.execute(select(products.c.id).where(products.c.is_active).limit(1)).first() is not None


def count_skus(db: Connection) -> int:
    """Count the SKUs of the table: those counted here and those that only stores have."""
    return int(db.execute(select(func.count()).select_from(_skus().subquery())).scalar_one())


def list_counts(db: Connection, limit: int, offset: int) -> list[OpeningCount]:
    """Return a page of the table by SKU, with the stores' numbers when last read."""
    skus = _skus().subquery()
    rows = db.execute(select(skus).order_by(skus.c.folded, skus.c.id).limit(limit).offset(offset)).all()
    by_product = _shown(db, listings.c.stock_product_id, [row.id for row in rows if row.id is not None])
    by_sku = _shown(db, _folded, [row.folded for row in rows if row.id is None], _waits)
    shown = [by_product.get(row.id, {}) if row.id else by_sku.get(row.folded, {}) for row in rows]
    return [OpeningCount(row.sku, row.on_hand, of) for row, of in zip(rows, shown, strict=True)]


def _skus() -> Any:
    ours = select(products.c.id, products.c.sku, products.c.sku_key.label("folded"), products.c.on_hand)
    theirs = (
        select(null().label("id"), func.min(listings.c.sku).label("sku"), _folded.label("folded"), null())
        .where(_waits, ~is_gone)
        .group_by(_folded)
    )
    return union_all(ours.where(products.c.is_active), theirs)


def _shown(db: Connection, column: Any, values: list[Any], *also: Any) -> dict[Any, dict[int, list[int]]]:
    """Return the different numbers in each store, by the value of `column` and store id."""
    if not values:
        return {}
    query = select(column.label("of"), listings.c.store_id, listings.c.shown_quantity).where(
        column.in_(values), listings.c.shown_quantity.is_not(None), ~is_gone, *also
    )
    result: dict[Any, dict[int, list[int]]] = {}
    for row in db.execute(query.order_by(listings.c.shown_quantity)):
        numbers = result.setdefault(row.of, {}).setdefault(row.store_id, [])
        if row.shown_quantity not in numbers:
            numbers.append(row.shown_quantity)
    return result
