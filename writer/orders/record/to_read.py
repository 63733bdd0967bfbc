"""What a store is to be asked about: its orders by their id there, and refunds that are read already."""

from datetime import datetime

from sqlalchemy import Connection, select

from writer.db.schema.orders import order_refunds, orders


def list_unread(db: Connection, store_id: int) -> list[str]:
    """Return the ids (in the store) of orders the store must be asked about, oldest first."""
    unread = (orders.c.store_id == store_id) & orders.c.needs_reading.is_not(None)
    query = select(orders.c.external_id).where(unread).order_by(orders.c.id)
    return list(db.execute(query.limit(1000)).scalars())


def list_counted(db: Connection, store_id: int, since: datetime) -> list[str]:
    """Return the ids (in the store) of orders made since then that count for anything, oldest first."""
    counts = (orders.c.store_id == store_id) & (orders.c.created_at >= since) & ~orders.c.is_trashed
    alive = orders.c.status.not_in(("cancelled", "failed", "refunded"))
    query = select(orders.c.external_id).where(counts, alive, orders.c.is_cached).order_by(orders.c.id)
    return list(db.execute(query).scalars())


def list_changed(db: Connection, store_id: int, since: datetime) -> dict[str, datetime]:
    """Return when the store's orders that it changed since then were changed last, by their ids there."""
    of_store = (orders.c.store_id == store_id) & (orders.c.modified_at > since) & orders.c.is_cached
    query = select(orders.c.external_id, orders.c.changed_at).where(
        of_store, orders.c.changed_at.is_not(None)
    )
    return {row.external_id: row.changed_at for row in db.execute(query)}


def list_missed(db: Connection, store_id: int) -> list[str]:
    """Return the ids (in the store) of orders that one direct look did not find, oldest first."""
    once = (orders.c.store_id == store_id) & (orders.c.missed == 1) & ~orders.c.is_trashed
    query = select(orders.c.external_id).where(once, orders.c.is_cached).order_by(orders.c.id)
    return list(db.execute(query.limit(1000)).scalars())


def list_trashed(db: Connection, store_id: int, since: datetime) -> list[str]:
    """Return the ids (in the store) of orders made since then that are in its trash, or deleted there."""
    gone = (orders.c.store_id == store_id) & (orders.c.created_at >= since) & orders.c.is_trashed
    query = select(orders.c.external_id).where(gone, orders.c.is_cached).order_by(orders.c.id)
    return list(db.execute(query).scalars())


def known_refunds(db: Connection, store_id: int, external_id: str) -> set[str]:
    """Return the ids of an order's refunds whose quantities are read already."""
    query = (
        select(order_refunds.c.external_id)
        .join(orders, orders.c.id == order_refunds.c.order_id)
        .where(orders.c.store_id == store_id, orders.c.external_id == external_id)
        .where(order_refunds.c.lines.is_not(None))
    )
    return set(db.execute(query).scalars())
