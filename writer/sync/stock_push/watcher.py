"""The watcher brings every store up to date within seconds of a commit, each store in a thread of its own."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from writer.db import Database
from writer.lib import clock
from writer.stores import NotNow, StoreError, Vault, callable_stores, contact
from writer.sync import order_import
from writer.sync.order_import import Pace
from writer.sync.stock_push import plan, pusher
from writer.sync.stock_push.push import PushResult

log = logging.getLogger("writer.sync.stock_push")

# A listing is written at most once in so long, so that forty quick orders cost few writes.
SPACING = timedelta(seconds=6)
ASK_EVERY_S = 1.0
PUSH_ANYWAY_EVERY_S = 15.0  # for what falls due by time alone: backoffs that end, second checks
READ_AGAIN_AFTER = timedelta(minutes=1)  # an order that was read and is still asked for
GRACE_S = 10.0


@dataclass
class Seen:
    """What the watcher remembers of a store, and may forget: a new one starts without it."""

    pace: Pace = field(default_factory=Pace)
    poll_at: datetime | None = None  # None: it is not polled
    asked: frozenset[str] = frozenset()  # orders that were read and are still asked for
    asked_at: datetime | None = None  # when they were read

    @property
    def is_poll_due(self) -> bool:
        """Whether it is time to poll the store's orders."""
        return self.poll_at is not None and self.poll_at <= clock.now()

    def plan_poll(self, store: Row[Any]) -> None:
        """Say when the orders of a store that may be called are polled next.

        Its first import goes back for weeks, so that is left to a run.
        """
        is_polled = store.push_state == "on" and store.poll_interval_s > 0
        was_read = store.polled_at is not None or store.order_cursor is not None
        self.poll_at = (
            self.pace.next_at(store.poll_interval_s, store.polled_at, clock.now())
            if is_polled and was_read
            else None
        )

    def is_news(self, asked: frozenset[str]) -> bool:
        """Tell whether these orders are to be read now.

        One that the store does not tell fully stays asked for; any commit wakes the watcher, so without a
        pause it would be read every second.
        """
        has_new = not asked <= self.asked
        is_recent = self.asked_at is not None and abs(clock.now() - self.asked_at) < READ_AGAIN_AFTER
        return bool(asked) and (has_new or not is_recent)


def watch(
    database: Database,
    vault: Vault,
    should_stop: Callable[[], bool],
    on_round: Callable[[], None] = lambda: None,
) -> None:
    """Stay, and push within two seconds of a commit that made something due, until `should_stop`.

    Each store is pushed to in a thread of its own, so that one that hangs keeps no other waiting. `on_round`
    is called after each check of what is due. To be called while holding `database.only_one(TURN)`.
    """
    at_work: dict[int, threading.Thread] = {}
    seen: dict[int, Seen] = defaultdict(Seen)
    for _ in _changes(database, should_stop, lambda: any(store.is_poll_due for store in seen.values())):
        at_work = {store_id: thread for store_id, thread in at_work.items() if thread.is_alive()}
        for store_id in to_visit(database, seen) - at_work.keys():
            # A daemon: whoever ends the watcher does not wait for a store. Nothing is lost by that.
            work = (database, vault, store_id, seen[store_id])
            name = f"onerom push {store_id}"
            at_work[store_id] = threading.Thread(target=visit, args=work, name=name, daemon=True)
            at_work[store_id].start()
        on_round()
    deadline = time.monotonic() + GRACE_S
    for thread in at_work.values():
        thread.join(max(0.0, deadline - time.monotonic()))


def _changes(
    database: Database, should_stop: Callable[[], bool], is_poll_due: Callable[[], bool]
) -> Iterator[None]:
    """Yield when the database changed since it was last asked, when a store is to be polled, and every
    fifteen seconds anyway."""
    with database.watching() as last_change:
        seen: object = None
        looked = float("-inf")
        # What was written within the spacing is due again without a commit: ask until it is quiet.
        busy_until = 0.0
        while not should_stop():
            now, current = time.monotonic(), last_change()
            if current != seen:
                busy_until = now + SPACING.total_seconds() + ASK_EVERY_S
            is_late = now - looked >= PUSH_ANYWAY_EVERY_S
            if current != seen or now < busy_until or is_late or is_poll_due():
                seen, looked = current, now
                yield
            time.sleep(ASK_EVERY_S)


def to_visit(database: Database, seen: dict[int, Seen]) -> set[int]:
    """Return the stores with anything due, whose orders are to be polled, or with an order that its webhook
    left open."""
    with database.reading() as db:
        due = set(plan.list_due_stores(db, clock.now() - SPACING))
        found = callable_stores(db)
        for store in found:
            known = seen[store.id]
            known.plan_poll(store)
            if known.is_poll_due or known.is_news(order_import.asked(db, store.id)):
                due.add(store.id)
    for store_id in seen.keys() - {store.id for store in found}:
        seen[store_id].poll_at = None
    return due


def visit(database: Database, vault: Vault, store_id: int, seen: Seen) -> None:
    """Read what changed or is asked of one store, so that refunded units move within seconds too; push to
    it."""
    try:
        _read_orders(database, vault, store_id, seen)
    except (NotNow, StoreError) as error:
        log.warning("orders not read", extra={"fields": {"store": store_id, "why": str(error)}})
        return
    except Exception as error:
        pusher.note_unexpected(database, store_id, "read orders", error)
        return
    _, outcome = pusher.push_one(database, vault, store_id, False, SPACING.total_seconds())
    if not isinstance(outcome, PushResult) or outcome.is_news:
        log.info("pushed", extra={"fields": {"summary": pusher.describe((store_id, outcome))}})


def _read_orders(database: Database, vault: Vault, store_id: int, seen: Seen) -> None:
    with database.reading() as db:
        asked = order_import.asked(db, store_id)
    is_poll_due, is_news = seen.is_poll_due, seen.is_news(asked)
    if not is_poll_due and not is_news:
        return
    with contact(database, vault, store_id, "read orders") as client:
        reader = order_import.Reader(database, client, store_id)
        if is_poll_due:
            done = reader.poll(overlap=seen.pace.overlap(clock.now()))
            seen.pace.note(done.cursor, done.utc_offset, clock.now())
        if is_news:
            reader.read_asked()
    if not is_news:
        return
    with database.reading() as db:
        # What a webhook opens from now on is news, though it may be the same order.
        seen.asked, seen.asked_at = asked & order_import.asked(db, store_id), clock.now()
