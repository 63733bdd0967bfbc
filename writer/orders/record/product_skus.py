"""What the owner, or the store's own listing, says a product of a store is; and the lines nothing matches."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, select

from writer import db as database
from writer.db.schema.orders import order_lines, orders, product_skus
from writer.db.schema.stores import stores
from writer.lib.text import fold
from writer.sales import product_types

# What the owner said of the product stands above what the store sends.
meant_sku = func.coalesce(product_skus.c.sku, order_lines.c.sku)

_IS_SAID = and_(
    product_skus.c.store_id == orders.c.store_id,
    product_skus.c.product_id == order_lines.c.product_id,
    product_skus.c.variation_id == order_lines.c.variation_id,
)


def say_product(db: Connection, store_id: int, product_id: int, variation_id: int, sku: str) -> None:
    """Say which SKU a product of a store is, whatever SKU the store writes on it; rematch is the caller's."""
    values = {"store_id": store_id, "product_id": product_id, "variation_id": variation_id, "sku": sku}
    database.upsert(db, product_skus, values, ["store_id", "product_id", "variation_id"])


def unsay_product(db: Connection, store_id: int, product_id: int, variation_id: int) -> None:
    """Let a product be what the store's own SKU says from now on; what was counted stays counted."""
    same = (product_skus.c.product_id == product_id) & (product_skus.c.variation_id == variation_id)
    db.execute(delete(product_skus).where(product_skus.c.store_id == store_id, same))


def forget_product(db: Connection, mapping_id: int) -> None:
    """Let a product be what the store's own SKU says from now on; what was counted stays counted."""
    db.execute(delete(product_skus).where(product_skus.c.id == mapping_id))


def unmatched_lines(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select from the lines that match nothing, with their order, store, and the owner's word on them."""
    source = (
        order_lines.join(orders, orders.c.id == order_lines.c.order_id)
        .join(stores, stores.c.id == orders.c.store_id)
        .outerjoin(product_skus, _IS_SAID)
    )
    is_unmatched = order_lines.c.model.is_(None) & ~order_lines.c.is_removed
    return select(*columns).select_from(source).where(is_unmatched)


def matchable(db: Connection) -> Select[Any]:
    """Select the ids of the lines whose SKU a rule knows by now: what a new rule is to be applied to."""
    skus = db.execute(unmatched_lines(meant_sku).distinct()).scalars()
    known = product_types.list_classified(db, skus)
    return unmatched_lines(order_lines.c.id).where(meant_sku.in_(known))


def said_to_be(db: Connection, sku_key: str) -> Select[Any]:
    """Select the ids of the lines whose product the owner says has this (folded) SKU."""
    said = [row.id for row in db.execute(select(product_skus)).all() if fold(row.sku) == sku_key]
    source = order_lines.join(orders, orders.c.id == order_lines.c.order_id).join(product_skus, _IS_SAID)
    return select(order_lines.c.id).select_from(source).where(product_skus.c.id.in_(said))
