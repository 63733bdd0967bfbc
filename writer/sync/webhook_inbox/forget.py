"""What of deliveries is forgotten: old bodies, and whom the others named when a customer is erased."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from writer import orders
from writer.db import update_row
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock
from writer.sync.webhook_inbox import redact

BODIES_KEPT = timedelta(days=7)


def list_old_bodies(db: Connection, limit: int) -> list[int]:
    """Return the ids of the oldest deliveries from more than seven days ago whose bodies are kept."""
    old = (deliveries.c.received_at < clock.now() - BODIES_KEPT) & deliveries.c.body.is_not(None)
    query = select(deliveries.c.id).where(old).order_by(deliveries.c.received_at).limit(limit)
    return list(db.execute(query).scalars())


def drop_bodies(db: Connection, delivery_ids: Sequence[int]) -> None:
    """Forget the bodies of deliveries; they are not tried again."""
    of_these = deliveries.c.id.in_(delivery_ids)
    db.execute(update(deliveries).where(of_these).values(body=None, next_attempt_at=None))


def forget_bodies(db: Connection, store_id: int, order_external_id: str) -> None:
    """Forget whom an order's deliveries named: its customer was erased."""
    of_order = (deliveries.c.store_id == store_id) & (deliveries.c.order_external_id == order_external_id)
    rows = db.execute(select(deliveries).where(of_order & deliveries.c.body.is_not(None))).all()
    for row in rows:
        _forget(db, row)


def forget_address(db: Connection, address: str) -> int:
    """Forget whom those deliveries named that hold this e-mail address anywhere; return how many."""
    rows = db.execute(select(deliveries.c.id).where(deliveries.c.body.is_not(None))).all()
    forgotten = 0
    for row in rows:  # one body at a time: together they can be large
        kept = db.execute(select(deliveries).where(deliveries.c.id == row.id)).one()
        if redact.mentions(json.loads(kept.body), address):
            _forget(db, kept)
            forgotten += 1
    return forgotten


def of_erased(db: Connection, store_id: int, order_external_id: str | None, body: bytes) -> bytes | None:
    """Return all that is to be kept of a body that waits to be counted; None: its customer was not erased."""
    if order_external_id is None or not orders.is_erased(db, store_id, order_external_id):
        return None
    return _counted(body)


def _counted(body: bytes) -> bytes:
    return json.dumps(redact.without_people(json.loads(body))).encode()


def _forget(db: Connection, row: Row[Any]) -> None:
    """Forget a body, or of one that still has to be counted all but what counts."""
    body = None
    if row.outcome in ("failed", "held"):
        body = _counted(row.body)
    values = {"body": body} if body else {"body": None, "next_attempt_at": None}
    update_row(db, deliveries, row.id, **values)
