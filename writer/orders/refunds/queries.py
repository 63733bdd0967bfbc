"""Reads of refunds across orders; those of one order are in orders/browse."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from writer.db.schema.orders import order_refunds, orders
from writer.db.schema.stores import stores
from writer.lib.store_scope import StoreScope
from writer.orders.record import visible

_OF_ORDER = (
    orders.c.number,
    orders.c.currency,
    orders.c.customer_name,
    orders.c.erased_at,
    orders.c.total_minor.label("order_minor"),
    stores.c.name.label("store_name"),
)


def list_refunds(
    db: Connection, store_scope: StoreScope, store_id: int | None, limit: int, offset: int
) -> list[Row[Any]]:
    """Return a page of refunds with their order and store, in the order they became known, newest first."""
    query = _refunds(store_scope, store_id, order_refunds, *_OF_ORDER)
    return list(db.execute(query.order_by(order_refunds.c.id.desc()).limit(limit).offset(offset)))


def list_after(
    db: Connection, store_scope: StoreScope, store_id: int | None, refund_id: int, limit: int
) -> list[Row[Any]]:
    """Return the refunds that became known after the one with this id, oldest first."""
    query = _refunds(store_scope, store_id, order_refunds, *_OF_ORDER).where(order_refunds.c.id > refund_id)
    return list(db.execute(query.order_by(order_refunds.c.id).limit(limit)))


def sum_refunds(db: Connection, store_scope: StoreScope, store_id: int | None) -> tuple[int, dict[str, int]]:
    """Return how many refunds there are, and what is refunded in each currency.

    What was deleted in its store is counted, but not added up.
    """
    added_up = case((order_refunds.c.is_gone, 0), else_=order_refunds.c.total_minor)
    query = _refunds(store_scope, store_id, orders.c.currency, func.count(), func.sum(added_up))
    rows = db.execute(query.group_by(orders.c.currency).order_by(orders.c.currency)).all()
    return sum(count for _, count, _ in rows), {currency: int(minor) for currency, _, minor in rows}


def list_stores(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    """Return id and name of every visible store, by name."""
    found = select(stores.c.id, stores.c.name).where(store_scope.of(stores.c.id))
    return list(db.execute(found.order_by(stores.c.name, stores.c.id)))


def _refunds(store_scope: StoreScope, store_id: int | None, *columns: Any) -> Select[Any]:
    source = order_refunds.join(orders, orders.c.id == order_refunds.c.order_id)
    source = source.join(stores, stores.c.id == orders.c.store_id)
    which: ColumnElement[bool] = visible(store_scope)
    if store_id is not None:
        which &= orders.c.store_id == store_id
    return select(*columns).select_from(source).where(which)
