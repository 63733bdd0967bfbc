"""Reads of recorded orders for those who change them; orders/browse finds and lists them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from writer.db import check_id
from writer.db.schema.orders import order_counts, orders
from writer.db.schema.stores import stores
from writer.lib.errors import NotFound
from writer.lib.store_scope import StoreScope
from writer.orders.record.channels import channel_of
from writer.orders.record.snapshot import Channel

# https://woocommerce.com/document/managing-orders/order-statuses/
STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed")
_NO_CHANGE = {"trash", "draft", "auto-draft", "checkout-draft"}


def visible(store_scope: StoreScope) -> ColumnElement[bool]:
    """Return the condition that leaves only cached orders of stores that `store_scope` reaches.

    Whatever reads orders to show them goes through here.
    """
    return orders.c.is_cached & store_scope.of(orders.c.store_id)


def get_order(db: Connection, store_scope: StoreScope, order_id: int) -> Row[Any]:
    """Return one order with its store's name and addresses; raises NotFound, as for one not to be seen."""
    return _get(db, store_scope, order_id, orders.c.id == order_id)


def get_order_of(db: Connection, store_scope: StoreScope, store_id: int, external_id: str) -> Row[Any]:
    """Return one order by its id in its store, as get_order; of an id used again, the order made last."""
    same = (orders.c.store_id == store_id) & (orders.c.external_id == external_id)
    return _get(db, store_scope, store_id, same)


def find_stores(db: Connection, keys: Sequence[tuple[str, str]]) -> set[int]:
    """Return the ids of the stores that have any of these orders, by id in the store and hash of the key."""
    # Every store is named, because the index begins with it.
    any_store, ids = orders.c.store_id.in_(select(stores.c.id)), [external_id for external_id, _ in keys]
    query = select(orders.c.store_id, orders.c.external_id, orders.c.key_hash)
    found = db.execute(query.where(any_store, orders.c.external_id.in_(ids)))
    return {row.store_id for row in found if (row.external_id, row.key_hash) in keys}


def _get(db: Connection, store_scope: StoreScope, number: int, which: ColumnElement[bool]) -> Row[Any]:
    """Return the newest of these; `number`, which is asked for, may be beyond what a column holds."""
    missing = "There is no such order."
    check_id(number, missing)
    shop = (
        stores.c.name.label("store_name"),
        stores.c.base_url,
        stores.c.source,
        stores.c.consumer_key_encrypted,
    )
    query = select(orders, *shop).join(stores, stores.c.id == orders.c.store_id)
    query = query.where(which, visible(store_scope)).order_by(orders.c.id.desc())
    row = db.execute(query.limit(1)).first()
    if row is None:
        raise NotFound(missing)
    return row


def list_changes(db: Connection, order: Row[Any]) -> list[str]:
    """Return the statuses an order can be given: WooCommerce's, then those of plugins, which are the ones its
    store has shown and the ones the owner says count as paid."""
    counts = order_counts.c
    of_store = (counts.cached > 0) & (counts.store_id == order.store_id)
    seen = db.execute(select(counts.status).where(of_store)).scalars()
    mapped = get_channel(db, order.store_id).paid_statuses
    return [*STATUSES, *sorted({*seen, *mapped} - {*STATUSES} - _NO_CHANGE)]


def get_channel(db: Connection, store_id: int) -> Channel:
    """Return what counting needs to know of the store an order came from."""
    return channel_of(db.execute(select(stores).where(stores.c.id == store_id)).one())
