"""Pushing to every store: stores in parallel, the calls of one store in order, one pusher at a time."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from writer import clock
from writer.db import Database
from writer.schema.stores import stores
from writer.stores import contact, plan, sync
from writer.stores.contact import NotNow
from writer.stores.problems import StoreError
from writer.stores.push import Pushed, push
from writer.stores.secrets import Vault

log = logging.getLogger("writer.push")

MOST_STORES_AT_ONCE = 8
# A listing is written at most once in so long by the watcher, so that forty quick orders cost few writes.
SPACING = timedelta(seconds=6)
LOOK_EVERY_S = 1.0
LOOK_ANYWAY_EVERY_S = 15.0  # for what falls due by time alone: backoffs that end, second looks


@dataclass
class Round:
    """What one round of pushing came to, store by store."""

    pushed: list[Pushed] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)  # store id -> why it could not be called now
    failed: dict[int, str] = field(default_factory=dict)  # store id -> what went wrong

    @property
    def summary(self) -> str:
        written = sum(found.written for found in self.pushed)
        settled = sum(found.settled for found in self.pushed)
        waiting = sum(found.waiting for found in self.pushed)
        refused = sum(found.failed for found in self.pushed)
        held = sum(found.held is not None for found in self.pushed)
        return (
            f"{len(self.pushed)} stores pushed: {written} written, {settled} right already, {waiting} to be"
            f" looked at again, {refused} refused; {held} stores held, {len(self.skipped)} not called,"
            f" {len(self.failed)} failed."
        )


def push_all(
    database: Database,
    vault: Vault,
    store_ids: list[int] | None = None,
    dry_run: bool = False,
    not_since_s: float | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Round:
    """Push to all stores (or those named) that pushing is on for; one store's trouble stays its own.

    To be called while holding `database.only_one("push")`.
    """
    ids = store_ids if store_ids is not None else _pushed_stores(database)
    result = Round()
    if not ids:
        return result
    with ThreadPoolExecutor(min(MOST_STORES_AT_ONCE, len(ids))) as pool:
        for outcome in pool.map(lambda store_id: _one(database, vault, store_id, dry_run, not_since_s), ids):
            _sort_in(result, outcome)
            tell(_line(outcome))
    return result


def watch(database: Database, vault: Vault, should_stop: Callable[[], bool]) -> None:
    """Stay, and push within two seconds of a commit that made something due, until `should_stop`."""
    with database.only_one("push"):
        for _ in _changes(database, should_stop):
            _read_what_is_asked(database, vault)
            with database.reading() as db:
                ids = plan.due_stores(db, clock.now() - SPACING)
            if ids:
                done = push_all(database, vault, ids, not_since_s=SPACING.total_seconds())
                log.info("pushed", extra={"fields": {"summary": done.summary}})


def _changes(database: Database, should_stop: Callable[[], bool]) -> Iterator[None]:
    """Yield when the database changed since the last look, and every fifteen seconds anyway."""
    with database.watching() as version:
        seen: object = None
        looked = float("-inf")
        # What was written within the spacing is due again without a commit: look until it is quiet.
        busy_until = 0.0
        while not should_stop():
            now, current = time.monotonic(), version()
            if current != seen:
                busy_until = now + SPACING.total_seconds() + LOOK_EVERY_S
            if current != seen or now < busy_until or now - looked >= LOOK_ANYWAY_EVERY_S:
                seen, looked = current, now
                yield
            time.sleep(LOOK_EVERY_S)


def _read_what_is_asked(database: Database, vault: Vault) -> None:
    """Read orders a webhook could not tell fully (refunds), so that their units move within seconds too."""
    with database.reading() as db:
        ids = [store.id for store in contact.callable_stores(db) if sync.has_asked(db, store.id)]
    for store_id in ids:
        try:
            with contact.contact(database, vault, store_id, "read orders") as client:
                sync.read_asked(database, client, store_id)
        except (NotNow, StoreError) as error:
            log.warning("orders not read", extra={"fields": {"store": store_id, "why": str(error)}})


def _pushed_stores(database: Database) -> list[int]:
    with database.reading() as db:
        query = select(stores.c.id).where(stores.c.push_state != "off", stores.c.is_active)
        return list(db.execute(query.order_by(stores.c.id)).scalars())


def _one(
    database: Database, vault: Vault, store_id: int, dry_run: bool, not_since_s: float | None
) -> tuple[int, Pushed | NotNow | Exception]:
    not_since = clock.now() - timedelta(seconds=not_since_s) if not_since_s is not None else None
    try:
        return store_id, push(database, vault, store_id, dry_run, not_since)
    except (NotNow, StoreError) as error:
        return store_id, error
    except Exception as error:
        log.exception("push failed", extra={"fields": {"store": store_id}})
        return store_id, error


def _sort_in(result: Round, outcome: tuple[int, Pushed | NotNow | Exception]) -> None:
    store_id, what = outcome
    if isinstance(what, Pushed):
        result.pushed.append(what)
    elif isinstance(what, NotNow):
        result.skipped[store_id] = str(what)
    else:
        result.failed[store_id] = str(what)


def _line(outcome: tuple[int, Pushed | NotNow | Exception]) -> str:
    store_id, what = outcome
    if not isinstance(what, Pushed):
        return f"store {store_id}: {what}"
    if what.held is not None:
        return f"store {store_id}: held. {what.held}"
    done = f"{what.written} written, {what.settled} right already, {what.waiting} to be looked at again"
    would = "".join(f"\n  {sku}: {shown} -> {target}" for sku, shown, target in what.would_write)
    return f"store {store_id}: {done}, {what.failed} refused{would}"
