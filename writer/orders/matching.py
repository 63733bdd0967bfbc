"""Which product a line counts as: for totals by the SKU rules, for stock by the exact SKU, and before
either by what the owner, or the store's own listing, says this product of the store is."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from writer import db as database
from writer import sales, stock
from writer.orders.lines import Line
from writer.schema.orders import product_skus

_SAID = select(product_skus.c.sku).where(
    product_skus.c.store_id == bindparam("of_store"),
    product_skus.c.product_id == bindparam("product"),
    product_skus.c.variation_id == bindparam("variation"),
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
                found[sku] = sales.classify(db, sku)
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


def _said(db: Connection, store_id: int, lines: list[Line]) -> dict[tuple[int, int], str]:
    said = {}
    for product_id, variation_id in {(line.product_id, line.variation_id) for line in lines}:
        product = {"of_store": store_id, "product": product_id, "variation": variation_id}
        sku = db.execute(_SAID, product).scalar()
        if sku is not None:
            said[product_id, variation_id] = sku
    return said
