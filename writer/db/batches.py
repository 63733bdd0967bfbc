"""Changes of many rows in small transactions, so that nobody waits for long to write."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from writer.db.engine import Database

FOUND_AT_ONCE = 1000
FIRST_CHANGED = 3
MOST_CHANGED = 200
LOCKED_S = 0.01  # that a transaction should take; how many rows that is follows from the last one
LONGEST_REST_S = 0.5

T = TypeVar("T")
Find = Callable[[Connection, int], Sequence[int]]
Change = Callable[[Connection, Sequence[int]], object]


def in_batches(database: Database, find: Find, change: Change, is_stopping: Callable[[], bool]) -> int:
    """Call `change(db, ids)` for the ids that `find(db, limit)` returns until it has none; return how many.

    Finding takes no lock. `is_stopping` ends it between two transactions.
    """
    changed = 0
    while not is_stopping():
        with database.reading() as db:
            found = find(db, FOUND_AT_ONCE)
        if not found:
            break
        changed += each_in_batches(database, found, change, is_stopping)
    return changed


def each_in_batches(
    database: Database,
    items: Sequence[T],
    change: Callable[[Connection, Sequence[T]], object],
    is_stopping: Callable[[], bool] = lambda: False,
    at_most: int = MOST_CHANGED,
) -> int:
    """Call `change(db, some)` for all items in order, some in each transaction; return how many it did.

    After each there is a rest of its own length, because a process that waits for SQLite's lock only looks
    now and then whether it is free.
    """
    changed, size = 0, FIRST_CHANGED
    while changed < len(items) and not is_stopping():
        few = items[changed : changed + min(size, at_most)]
        took_s = _change(database, change, few)
        changed += len(few)
        # Not many times as many: what so few rows took says little of so many.
        size = max(1, min(MOST_CHANGED, 4 * len(few), round(len(few) * LOCKED_S / took_s)))
        time.sleep(min(LONGEST_REST_S, took_s))
    return changed


def _change(
    database: Database, change: Callable[[Connection, Sequence[T]], object], items: Sequence[T]
) -> float:
    """Change rows in a transaction; return for how many seconds it was open."""
    with database.transaction() as db:
        began = time.monotonic()
        change(db, items)
    return time.monotonic() - began
