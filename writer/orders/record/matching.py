"""Which product a line counts as: for totals by the SKU rules, for stock by the exact SKU, and before
either by what the owner, or the store's own listing, says this product of the store is. And which lines
match nothing yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, select

from writer import db as database
from writer import stock
from writer.db import Prepared
from writer.db.schema.orders import order_lines, orders, product_skus
from writer.db.schema.stores import stores
from writer.orders.record.lines import Line
from writer.sales import product_types

# What the owner said of the product stands above what the store sends.
meant_sku = func.coalesce(product_skus.c.sku, order_lines.c.sku)
_SAID = Prepared(
    select(product_skus.c.sku).where(
        product_skus.c.store_id == bindparam("of_store"),
        product_skus.c.product_id == bindparam("product"),
        product_skus.c.variation_id == bindparam("variation"),
    )
)

_IS_SAID = and_(
    product_skus.c.store_id == orders.c.store_id,
    product_skus.c.product_id == order_lines.c.product_id,
    product_skus.c.variation_id == order_lines.c.variation_id,
)


def match(
    db: Connection, store_id: int, lines: list[Line], ordered_at: datetime, stock_from: datetime | None
) -> None:
    """Pin model and variant, and the counted product, on each of `lines` that is known; leave the others.

    An order made before its product was first counted, or before `stock_from` (when the store's own first
    count was taken over), was part of that count: what it holds by then moves nothing.
    """
    said = _said(db, store_id, [line for line in lines if line.product_id])
    meant = {id(line): said.get((line.product_id, line.variation_id), line.sku) for line in lines}
    counted = stock.find_many(db, [meant[id(line)] for line in lines if line.stock_product_id is None])
    found: dict[str, tuple[str, str] | None] = {}
    for line in lines:
        sku = meant[id(line)]
        if line.model is None and sku.strip():
            if sku not in found:
                found[sku] = product_types.classify(db, sku)
            line.model, line.variant = found[sku] or (None, None)
        product = counted.get(stock.key(sku)) if line.stock_product_id is None else None
        if product is not None:
            line.stock_product_id = product.stock_product_id
            if ordered_at < max(product.counted_from, stock_from or product.counted_from):
                line.held = line.held_due


def say_product(db: Connection, store_id: int, product_id: int, variation_id: int, sku: str) -> None:
    """Say which SKU a product of a store is, whatever SKU the store writes on it; rematch is the caller's."""
    values = {"store_id": store_id, "product_id": product_id, "variation_id": variation_id, "sku": sku}
    database.upsert(db, product_skus, values, ["store_id", "product_id", "variation_id"])


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
    known = [sku for sku in skus if product_types.classify(db, sku)]
    return unmatched_lines(order_lines.c.id).where(meant_sku.in_(known))


def said_to_be(db: Connection, sku_key: str) -> Select[Any]:
    """Select the ids of the lines whose product the owner says has this (folded) SKU."""
    said = [row.id for row in db.execute(select(product_skus)).all() if stock.key(row.sku) == sku_key]
    source = order_lines.join(orders, orders.c.id == order_lines.c.order_id).join(product_skus, _IS_SAID)
    return select(order_lines.c.id).select_from(source).where(product_skus.c.id.in_(said))


def _said(db: Connection, store_id: int, lines: list[Line]) -> dict[tuple[int, int], str]:
    said = {}
    for product_id, variation_id in {(line.product_id, line.variation_id) for line in lines}:
        row = _SAID.first(db, of_store=store_id, product=product_id, variation=variation_id)
        if row is not None:
            said[product_id, variation_id] = row.sku
    return said
