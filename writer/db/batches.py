"""Changes of many rows in small transactions, so that nobody waits for long to write."""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from writer.db.engine import Database

FOUND_AT_ONCE = 1000
CHANGED_AT_ONCE = 50  # a few milliseconds, even where each row is large
LONGEST_REST_S = 0.5

Find = Callable[[Connection, int], Sequence[int]]
Change = Callable[[Connection, Sequence[int]], object]


def in_batches(database: Database, find: Find, change: Change, is_stopping: Callable[[], bool]) -> int:
    """Call `change(db, ids)` for the ids that `find(db, limit)` returns until it has none; return how many.

    Finding takes no lock. After each transaction there is a rest of its own length, because a process that
    waits for SQLite's lock only looks now and then whether it is free. `is_stopping` ends it between two.
    """
    changed = 0
    while found := _found(database, find):
        for start in range(0, len(found), CHANGED_AT_ONCE):
            if is_stopping():
                return changed
            few = found[start : start + CHANGED_AT_ONCE]
            began = time.monotonic()
            with database.transaction() as db:
                change(db, few)
            changed += len(few)
            time.sleep(min(LONGEST_REST_S, time.monotonic() - began))
    return changed


def _found(database: Database, find: Find) -> Sequence[int]:
    with database.reading() as db:
        return find(db, FOUND_AT_ONCE)
