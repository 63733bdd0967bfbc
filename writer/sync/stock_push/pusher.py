"""Pushing to every store: stores in parallel, the calls of one store in order, one pusher at a time."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from writer.db import Database
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stores import NotNow, StoreError, Vault, callable_stores, contact, note_store_failure
from writer.stores import get as get_store
from writer.sync import order_import
from writer.sync.stock_push import plan
from writer.sync.stock_push.push import PushResult, push

log = logging.getLogger("writer.sync.stock_push")

TURN = "push"  # what whoever pushes holds, by Database.only_one
MOST_STORES_AT_ONCE = 8
# A listing is written at most once in so long by the watcher, so that forty quick orders cost few writes.
SPACING = timedelta(seconds=6)
ASK_EVERY_S = 1.0
PUSH_ANYWAY_EVERY_S = 15.0  # for what falls due by time alone: backoffs that end, second checks
GRACE_S = 10.0


@dataclass
class PushRound:
    """What one round of pushing came to, store by store."""

    results: list[PushResult] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)  # store id -> why it could not be called now
    failed: dict[int, str] = field(default_factory=dict)  # store id -> what went wrong

    @property
    def summary(self) -> str:
        written = sum(found.written for found in self.results)
        right = sum(found.right for found in self.results)
        waiting = sum(found.waiting for found in self.results)
        refused = sum(found.failed for found in self.results)
        blocked = sum(found.blocked is not None for found in self.results)
        return (
            f"{len(self.results)} stores pushed: {written} written, {right} right already, {waiting} to be"
            f" looked at again, {refused} refused; {blocked} stores waiting, {len(self.skipped)} not called,"
            f" {len(self.failed)} failed."
        )


def push_all(
    database: Database,
    vault: Vault,
    store_ids: list[int] | None = None,
    dry_run: bool = False,
    not_since_s: float | None = None,
    on_progress: Callable[[str], None] = lambda _line: None,
) -> PushRound:
    """Push to all stores (or those named) that pushing is on for; one store's trouble stays its own.

    To be called while holding `database.only_one(TURN)`.
    """
    ids = store_ids if store_ids is not None else _pushed_stores(database)
    result = PushRound()
    if not ids:
        return result
    with ThreadPoolExecutor(min(MOST_STORES_AT_ONCE, len(ids))) as pool:
        for outcome in pool.map(lambda store_id: _one(database, vault, store_id, dry_run, not_since_s), ids):
            _sort_in(result, outcome)
            on_progress(_describe(outcome))
    return result


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
    for _ in _changes(database, should_stop):
        at_work = {store_id: thread for store_id, thread in at_work.items() if thread.is_alive()}
        for store_id in _to_visit(database) - at_work.keys():
            # A daemon: whoever ends the watcher does not wait for a store. Nothing is lost by that.
            work = (database, vault, store_id)
            name = f"onerom push {store_id}"
            at_work[store_id] = threading.Thread(target=_visit, args=work, name=name, daemon=True)
            at_work[store_id].start()
        on_round()
    deadline = time.monotonic() + GRACE_S
    for thread in at_work.values():
        thread.join(max(0.0, deadline - time.monotonic()))


def _changes(database: Database, should_stop: Callable[[], bool]) -> Iterator[None]:
    """Yield when the database changed since it was last asked, and every fifteen seconds anyway."""
    with database.watching() as last_change:
        seen: object = None
        looked = float("-inf")
        # What was written within the spacing is due again without a commit: ask until it is quiet.
        busy_until = 0.0
        while not should_stop():
            now, current = time.monotonic(), last_change()
            if current != seen:
                busy_until = now + SPACING.total_seconds() + ASK_EVERY_S
            if current != seen or now < busy_until or now - looked >= PUSH_ANYWAY_EVERY_S:
                seen, looked = current, now
                yield
            time.sleep(ASK_EVERY_S)


def _to_visit(database: Database) -> set[int]:
    """Return the stores with anything due, or with an order that its webhook left open."""
    with database.reading() as db:
        asked = {store.id for store in callable_stores(db) if order_import.has_asked(db, store.id)}
        return asked | set(plan.list_due_stores(db, clock.now() - SPACING))


def _visit(database: Database, vault: Vault, store_id: int) -> None:
    """Read what is asked of one store, so that refunded units move within seconds too, and push to it."""
    try:
        with database.reading() as db:
            is_asked = order_import.has_asked(db, store_id)
        if is_asked:
            with contact(database, vault, store_id, "read orders") as client:
                order_import.Reader(database, client, store_id).read_asked()
    except (NotNow, StoreError) as error:
        log.warning("orders not read", extra={"fields": {"store": store_id, "why": str(error)}})
        return
    except Exception as error:
        _note_unexpected(database, store_id, "read orders", error)
        return
    _, outcome = _one(database, vault, store_id, False, SPACING.total_seconds())
    if not isinstance(outcome, PushResult) or outcome.is_news:
        log.info("pushed", extra={"fields": {"summary": _describe((store_id, outcome))}})


def _pushed_stores(database: Database) -> list[int]:
    with database.reading() as db:
        query = select(stores.c.id).where(stores.c.push_state != "off", stores.c.is_active)
        return list(db.execute(query.order_by(stores.c.id)).scalars())


def _one(
    database: Database, vault: Vault, store_id: int, dry_run: bool, not_since_s: float | None
) -> tuple[int, PushResult | NotNow | Exception]:
    not_since = clock.now() - timedelta(seconds=not_since_s) if not_since_s is not None else None
    try:
        return store_id, push(database, vault, store_id, dry_run, not_since)
    except (NotNow, StoreError) as error:
        return store_id, error
    except Exception as error:
        _note_unexpected(database, store_id, "push stock", error)
        return store_id, error


def _note_unexpected(database: Database, store_id: int, what: str, error: Exception) -> None:
    """Keep what nobody foresaw where it is seen, and leave the store alone for a while."""
    log.exception(f"{what} failed", extra={"fields": {"store": store_id}})
    if isinstance(error, DBAPIError):
        return  # our own database's trouble, not the store's
    sentence = f"Something unexpected went wrong here ({type(error).__name__}); the log says more."
    with database.transaction() as db:
        note_store_failure(db, get_store(db, store_id), StoreError(sentence), what)


def _sort_in(result: PushRound, outcome: tuple[int, PushResult | NotNow | Exception]) -> None:
    store_id, what = outcome
    if isinstance(what, PushResult):
        result.results.append(what)
    elif isinstance(what, NotNow):
        result.skipped[store_id] = str(what)
    else:
        result.failed[store_id] = str(what)


def _describe(outcome: tuple[int, PushResult | NotNow | Exception]) -> str:
    store_id, what = outcome
    if not isinstance(what, PushResult):
        return f"store {store_id}: {what}"
    blocked = f"not pushed. {what.blocked} " if what.blocked is not None else ""
    done = f"{what.written} written, {what.right} right already, {what.waiting} to be looked at again"
    would = "".join(f"\n  {sku}: {shown} -> {target}" for sku, shown, target in what.would_write)
    return f"store {store_id}: {blocked}{done}, {what.failed} refused{would}"
