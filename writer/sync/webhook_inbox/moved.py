"""Which store it is that delivers from an unknown address: what it signs with and its orders' keys say so."""

import json
from typing import Any

from sqlalchemy import Connection, Row, select

from writer import orders, stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib.errors import Conflict
from writer.stores import woocommerce

LOOKED_AT = 50  # bodies


def find_store(db: Connection, source: str) -> Row[Any] | None:
    """Return the store that this held source is, None if nothing says so, or not clearly.

    A delivery is signed with that store's own secret, or its order has the id and the key of one of that
    store's. A copy of a store (staging) says the same, so a person decides.
    """
    held = (deliveries.c.source == source) & deliveries.c.store_id.is_(None)
    signed = select(deliveries.c.signed_by_store_id).where(held, deliveries.c.signed_by_store_id.is_not(None))
    found = set(db.execute(signed.distinct()).scalars())
    if not found:
        newest = select(deliveries.c.body).where(held, deliveries.c.body.is_not(None))
        bodies = db.execute(newest.order_by(deliveries.c.id.desc()).limit(LOOKED_AT)).scalars()
        keys = [woocommerce.order_key(json.loads(body)) for body in bodies]
        found = orders.find_stores(db, [key for key in keys if key is not None])
    return stores.get(db, found.pop()) if len(found) == 1 else None


def move(db: Connection, actor: str, source: str, store_id: int) -> int:
    """Make a held source the address of the store that it is; return how many held deliveries were processed.

    Raises NotFound, and Conflict if the deliveries do not say that they are that store's.
    """
    found = find_store(db, source)
    if found is None or found.id != store_id:
        raise Conflict("What is held from this source does not say that it is that store.")
    return stores.move(db, actor, store_id, source)
