"""The list of activity, newest first: a page of each kind is read by its index, and they are merged.

So a page costs the same with a million deliveries as with a thousand, and the next one begins where it ends.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from writer.db.schema.stores import failures
from writer.db.schema.webhook_inbox import deliveries
from writer.lib.store_scope import StoreScope
from writer.sync.activity import kinds
from writer.sync.activity.entries import Entry, Filters, Place


def list_entries(
    db: Connection, store_scope: StoreScope, filters: Filters, limit: int, after: Place | None = None
) -> list[Entry]:
    """Return the newest entries that are seen, or those that follow the place `after`."""
    found = [
        entry
        for kind in filters.kinds
        for store_id in _store_ids(store_scope, filters)
        for entry in kinds.READ[kind](db, filters, kinds.Stretch(kind, store_id, after, limit))
    ]
    return sorted(found, key=lambda entry: entry.place.key, reverse=True)[:limit]


def _store_ids(store_scope: StoreScope, filters: Filters) -> Iterator[int | None]:
    """Yield the stores to be read one by one, for only so each is read by its index; None: all at once."""
    if filters.store_id is not None:
        yield from [filters.store_id] if store_scope.sees(filters.store_id) else []
    elif store_scope.store_ids is None:
        yield None
    else:
        yield from sorted(store_scope.store_ids)


def count_trouble(db: Connection, store_scope: StoreScope, store_id: int | None = None) -> int:
    """Return how many deliveries could not be counted or are held, and how many failures are open.

    A delivery whose body is no longer kept cannot be replayed, so it waits for nobody.
    """

    def of(column: Any) -> Any:
        return store_scope.of(column) & (column == store_id if store_id is not None else True)

    odd = select(func.count(deliveries.c.id)).where(kinds.is_in_trouble, deliveries.c.body.is_not(None))
    failing = select(func.count()).where(failures.c.ended_at.is_(None), of(failures.c.store_id))
    waiting = odd.where(of(deliveries.c.store_id))
    return int(db.execute(waiting).scalar_one()) + int(db.execute(failing).scalar_one())
