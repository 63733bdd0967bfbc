"""A store that gets another address stays the same store, with its orders and listings."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row

from writer.db import lock, update_row
from writer.db.schema.stores import stores
from writer.lib.errors import Conflict
from writer.people import audit
from writer.stores.registry import registry

# Called when a store has another address; each processes what came from there meanwhile and returns how much
# that was.
on_moved: list[Callable[[Connection, Row[Any]], int]] = []


def move(db: Connection, actor: str, store_id: int, source: str) -> int:
    """Let the store's webhooks name this (normalised) address from now on; what was held from there is
    processed as this store's, and counted in what is returned. Raises NotFound, Conflict if another store has
    the address."""
    lock(db, "stores")
    before, other = registry.get(db, store_id), registry.find(db, source)
    if other is not None and other.id != store_id:
        sentence = f"This is the address of {other.name}."
        raise Conflict("Another store has this address.", {"base_url": sentence})
    if before.source == source:
        return 0
    update_row(db, stores, store_id, source=source)
    audit.note(db, actor, "store.move", f"store {store_id}", {"source": before.source}, {"source": source})
    store = registry.get(db, store_id)
    return sum(process_held(db, store) for process_held in on_moved)
