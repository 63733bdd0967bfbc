"""Order lines follow a decision, some in each transaction, so that deliveries do not wait for them.

The request that decided begins with it; what is left after a moment the worker does, and the nightly check
where no worker runs. Which lines are left is found again each time, so a crash loses and repeats nothing.
"""

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from writer.db import Database, each_in_batches
from writer.lib.store_scope import EVERYTHING
from writer.orders.to_sort import sortings

WAIT_S = 2.0  # that a person waits for; the rest follows in the background
LOOK_EVERY_S = 2.0
TURN = "to-sort"  # the name of the worker's lock


def follow(database: Database, sorting_id: int, is_stopping: Callable[[], bool] = lambda: False) -> bool:
    """Let the order lines of a decision follow it, or that it was taken back; tell whether all have."""
    with database.reading() as db:
        row = sortings.get(db, EVERYTHING, sorting_id)
    if row.is_finished:
        return True
    decided = sortings.decided(row)
    for find in sortings.find_steps(row):
        with database.reading() as db:
            step = find(db, decided)

        def change(db: Connection, ids: Sequence[int], step: sortings.Step = step) -> None:
            if sortings.hold(db, row):
                sortings.add_lines(db, sorting_id, step.change(db, ids))

        each_in_batches(database, step.order_ids, change, is_stopping)
        if is_stopping():
            return False
    with database.transaction() as db:
        sortings.finish(db, row)
    return True


def follow_for(database: Database, sorting_id: int, seconds: float = WAIT_S) -> bool:
    """As `follow`, but for no longer than a person waits."""
    until = time.monotonic() + seconds
    return follow(database, sorting_id, lambda: time.monotonic() >= until)


def finish_all(database: Database, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Let the order lines of all decisions follow; return of how many they do now."""
    with database.reading() as db:
        waiting = sortings.list_unfinished(db)
    return sum(follow(database, sorting_id, is_stopping) for sorting_id in waiting if not is_stopping())


def watch(database: Database, should_stop: Callable[[], bool], on_round: Callable[[], None]) -> None:
    """Finish what requests have begun, until `should_stop`: a task of the worker, one at a time."""
    while not should_stop():
        finish_all(database, should_stop)
        on_round()
        until = time.monotonic() + LOOK_EVERY_S
        while time.monotonic() < until and not should_stop():
            time.sleep(0.2)
