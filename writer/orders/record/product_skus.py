"""What the owner, or the store's own listing, says a product of a store is; and the lines nothing matches."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, select

from writer import db as database
from writer.db.schema.orders import order_lines, orders, product_skus
from writer.db.schema.stores import stores
from writer.lib.text import fold
from writer.sales import product_types

# What the owner said of the product stands above what the store sends.
meant_sku = func.coalesce(product_skus.c.sku, order_lines.c.sku)

_HAS_NAME = (func.trim(order_lines.c.name) != "") | (func.trim(meant_sku) != "")
_IS_SAID = and_(
    product_skus.c.store_id == orders.c.store_id,
    product_skus.c.product_id == order_lines.c.product_id,
    product_skus.c.variation_id == order_lines.c.variation_id,
)


def say_product(
    db: Connection,
    store_id: int,
    product_id: int,
    variation_id: int,
    sku: str,
    sorting_id: int | None = None,
) -> None:
    """Say which SKU a product of a store is, whatever SKU the store writes on it; rematch is the caller's.

    `sorting_id` is the decision that lines are to name as the reason.
    """
    key = {"store_id": store_id, "product_id": product_id, "variation_id": variation_id}
    values = {**key, "sku": sku, "sorting_id": sorting_id}
    database.upsert(db, product_skus, values, [*key])


def find_said(
    db: Connection, store_id: int, product_id: int, variation_id: int
) -> Row[str, int | None] | None:
    """Return what is said of a product of a store (sku, sorting_id), or None."""
    same = (product_skus.c.product_id == product_id) & (product_skus.c.variation_id == variation_id)
    query = select(product_skus.c.sku, product_skus.c.sorting_id)
    return db.execute(query.where(product_skus.c.store_id == store_id, same)).first()


def unsay_product(db: Connection, store_id: int, product_id: int, variation_id: int) -> None:
    """Let a product be what the store's own SKU says from now on; what was counted stays counted."""
    same = (product_skus.c.product_id == product_id) & (product_skus.c.variation_id == variation_id)
    db.execute(delete(product_skus).where(product_skus.c.store_id == store_id, same))


def forget_product(db: Connection, mapping_id: int) -> None:
    """Let a product be what the store's own SKU says from now on; what was counted stays counted."""
    db.execute(delete(product_skus).where(product_skus.c.id == mapping_id))


def unmatched_lines(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select from the lines that match nothing, as all_lines."""
    return all_lines(*columns).where(order_lines.c.model.is_(None) & ~order_lines.c.is_removed)


def all_lines(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select from the lines with their order, store, and what is said of their product."""
    source = (
        order_lines.join(orders, orders.c.id == order_lines.c.order_id)
        .join(stores, stores.c.id == orders.c.store_id)
        .outerjoin(product_skus, _IS_SAID)
    )
    return select(*columns).select_from(source)


def matchable(db: Connection) -> Select[Any]:
    """Select the ids of the lines that count as something by now: a rule knows their SKU, or they count as
    themselves."""
    skus = set(db.execute(unmatched_lines(meant_sku).distinct()).scalars())
    known = product_types.list_classified(db, skus)
    counting = product_types.get_counting(db)
    is_known: ColumnElement[bool] = meant_sku.in_(known)
    if counting != "types":
        ignored = [sku for sku in skus - set(known) if product_types.is_ignored(db, sku)]
        is_product = order_lines.c.stock_product_id.is_not(None)
        is_itself = is_product if counting is None else is_product | _HAS_NAME
        is_known |= is_itself & meant_sku.not_in(ignored)
    return unmatched_lines(order_lines.c.id).where(is_known)


def said_to_be(db: Connection, sku_key: str) -> Select[Any]:
    """Select the ids of the lines whose product the owner says has this (folded) SKU."""
    said = [row.id for row in db.execute(select(product_skus)).all() if fold(row.sku) == sku_key]
    source = order_lines.join(orders, orders.c.id == order_lines.c.order_id).join(product_skus, _IS_SAID)
    return select(order_lines.c.id).select_from(source).where(product_skus.c.id.in_(said))
