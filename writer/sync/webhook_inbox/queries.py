"""What the pages of deliveries read: one of them, and which sources wait to be accepted."""

from typing import Any

from sqlalchemy import Connection, Row, func, select

from writer.db import check_id
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib.errors import NotFound
from writer.lib.store_scope import StoreScope


def get_delivery(db: Connection, store_scope: StoreScope, delivery_id: int) -> Row[Any]:
    """Return one delivery with its body and its store's name; raises NotFound."""
    query = select(deliveries, stores.c.name.label("store_name")).outerjoin(stores)
    missing = "There is no such delivery."
    mine = (deliveries.c.id == check_id(delivery_id, missing)) & store_scope.of(deliveries.c.store_id)
    row = db.execute(query.where(mine)).first()
    if row is None:
        raise NotFound(missing)
    return row


def list_held_sources(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    """Return each address that is no store (source, how many are held, first_at, last_at), newest first.

    Nobody is granted what is no store yet: they are for those who see all.
    """
    if not store_scope.is_all:
        return []
    last_at = func.max(deliveries.c.received_at).label("last_at")
    query = select(
        deliveries.c.source,
        func.count().label("held"),
        func.min(deliveries.c.received_at).label("first_at"),
        last_at,
    ).where(deliveries.c.outcome == "held", deliveries.c.store_id.is_(None))
    return list(db.execute(query.group_by(deliveries.c.source).order_by(last_at.desc())))
