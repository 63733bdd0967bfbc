"""How each of the last hours of a store was: fine, late, failed, or without any contact.

A row says that such a thing happened in that hour; all that happened in it is at most three rows.
"""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, select

from writer.db import upsert
from writer.db.schema.stores import store_hours, stores
from writer.lib import clock
from writer.lib.store_scope import StoreScope

SHOWN = 24
_KEPT = timedelta(days=7)

# late: it answered, but asked for patience, refused a listing, or sent what could not be counted at once.
Happened = Literal["fine", "late", "failed"]
# As the macro `beats` draws an hour; "" is one in which all went well.
Beat = Literal["", "late", "bad", "none"]


def note(db: Connection, store_id: int, happened: Happened) -> None:
    """Remember how contact with a store went in this hour; the same again changes nothing."""
    values = {"store_id": store_id, "hour": _number(clock.now()), "state": happened}
    upsert(db, store_hours, values, [*values])


def heartbeats(db: Connection, store_scope: StoreScope) -> dict[int, list[Beat]]:
    """Return the last 24 hours of each visible store, by its id, the present hour last.

    An hour that failed and went well too was late.
    """
    present = _number(clock.now())
    rows = select(store_hours).where(
        store_hours.c.hour > present - SHOWN,
        store_hours.c.hour <= present,
        store_scope.of(store_hours.c.store_id),
    )
    found: dict[tuple[int, int], set[str]] = {}
    for row in db.execute(rows):
        found.setdefault((row.store_id, row.hour), set()).add(row.state)
    shown = range(present - SHOWN + 1, present + 1)
    ids = db.execute(select(stores.c.id).where(store_scope.of(stores.c.id))).scalars()
    return {store_id: [_beat(found.get((store_id, hour), set())) for hour in shown] for store_id in ids}


def drop_old(db: Connection) -> None:
    """Forget the hours of more than a week ago."""
    db.execute(delete(store_hours).where(store_hours.c.hour < _number(clock.now() - _KEPT)))


def _beat(happened: set[str]) -> Beat:
    if not happened:
        return "none"
    if happened == {"fine"}:
        return ""
    return "bad" if happened == {"failed"} else "late"


def _number(moment: datetime) -> int:
    return int(moment.timestamp()) // 3600
