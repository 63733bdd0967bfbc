"""Lines that matched nothing, once a rule, a mapping or a counted product says what they are."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, select

from writer.db.schema.orders import order_lines, orders
from writer.db.schema.stores import stores
from writer.orders.record import matching, settle


def rematch(db: Connection, cause: str) -> int:
    """Match again every line that matched no rule, and post what is due; return how many now match.

    To be called in the transaction that added a rule or a mapping: it is applied once, dated as the order.
    """
    return _rematch(db, order_lines.c.id.in_(matching.matchable(db)), cause)


def rematch_sku(db: Connection, sku_key: str) -> None:
    """Pin the lines with this (folded) SKU to the product that is counted from now on."""
    is_meant = (order_lines.c.sku_key == sku_key) | order_lines.c.id.in_(matching.said_to_be(db, sku_key))
    _rematch(db, is_meant & order_lines.c.stock_product_id.is_(None), "product added")


def rematch_product(db: Connection, store_id: int, product_id: int, variation_id: int, cause: str) -> int:
    """Match again the lines of one product of a store whose SKU was just said."""
    open_ = order_lines.c.model.is_(None) | order_lines.c.stock_product_id.is_(None)
    of_product = (order_lines.c.product_id == product_id) & (order_lines.c.variation_id == variation_id)
    of_store = order_lines.c.order_id.in_(select(orders.c.id).where(orders.c.store_id == store_id))
    return _rematch(db, open_ & of_product & of_store, cause)


def _rematch(db: Connection, which: ColumnElement[bool], cause: str) -> int:
    waiting = select(order_lines.c.order_id).where(which, ~order_lines.c.is_removed)
    matched = 0
    found = _with_store().where(orders.c.id.in_(waiting)).order_by(orders.c.id).with_for_update(of=orders)
    for row in db.execute(found).all():
        lines, was = settle.load_lines(db, row.id)
        before = sum(line.model is None for line in lines)
        posted = settle.post(db, settle.facts_of(row, row.store_name, row.stock_from), lines, was)
        matched += before - sum(line.model is None for line in lines)
        if posted:
            settle.note_event(db, row.id, cause, row.status, f"Matched; posted {', '.join(posted)}.")
    return matched


def _with_store() -> Select[Any]:
    stock_from = case(  # as channels.stock_from
        (stores.c.stock_from.is_not(None), stores.c.stock_from),
        (stores.c.consumer_key_encrypted.is_not(None), stores.c.created_at),
    )
    query = select(orders, stores.c.name.label("store_name"), stock_from.label("stock_from"))
    return query.join(stores, stores.c.id == orders.c.store_id)
