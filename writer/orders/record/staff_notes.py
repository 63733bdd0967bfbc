"""Notes about an order that only staff see; they are erased with its customer."""

from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db import insert_row
from writer.db.schema.orders import order_notes
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.orders.record.queries import get_order

LONGEST_NOTE = 2000


def add_staff_note(db: Connection, store_scope: StoreScope, actor: str, order_id: int, text: str) -> int:
    """Keep a note about the order; return its id. Raises NotFound, Invalid naming `text`."""
    order = get_order(db, store_scope, order_id)
    written = text.replace("\0", "").strip()
    if not written or len(written) > LONGEST_NOTE:
        raise Invalid("The note cannot be kept.", {"text": f"Write 1 to {LONGEST_NOTE} characters."})
    return insert_row(db, order_notes, order_id=order.id, at=clock.now(), author=actor, text=written)


def list_staff_notes(db: Connection, order_id: int) -> list[Row[Any]]:
    """Return the notes about an order (at, author, text), newest first."""
    mine = select(order_notes).where(order_notes.c.order_id == order_id)
    return list(db.execute(mine.order_by(order_notes.c.id.desc())))
