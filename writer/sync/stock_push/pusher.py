"""Pushing to every store: stores in parallel, the calls of one store in order, one pusher at a time."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from writer.db import Database
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stores import NotNow, StoreError, Vault, note_store_failure
from writer.stores import get as get_store
from writer.sync.stock_push.push import PushResult, push

log = logging.getLogger("writer.sync.stock_push")

TURN = "push"  # what whoever pushes holds, by Database.only_one
MOST_STORES_AT_ONCE = 8


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
        for outcome in pool.map(
            lambda store_id: push_one(database, vault, store_id, dry_run, not_since_s), ids
        ):
            _sort_in(result, outcome)
            on_progress(describe(outcome))
    return result


def _pushed_stores(database: Database) -> list[int]:
    with database.reading() as db:
        query = select(stores.c.id).where(stores.c.push_state != "off", stores.c.is_active)
        return list(db.execute(query.order_by(stores.c.id)).scalars())


def push_one(
    database: Database, vault: Vault, store_id: int, dry_run: bool, not_since_s: float | None
) -> tuple[int, PushResult | NotNow | Exception]:
    """Push to one store; return its id and what came of it, or what kept it."""
    not_since = clock.now() - timedelta(seconds=not_since_s) if not_since_s is not None else None
    try:
        return store_id, push(database, vault, store_id, dry_run, not_since)
    except (NotNow, StoreError) as error:
        return store_id, error
    except Exception as error:
        note_unexpected(database, store_id, "push stock", error)
        return store_id, error


def note_unexpected(database: Database, store_id: int, what: str, error: Exception) -> None:
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


def describe(outcome: tuple[int, PushResult | NotNow | Exception]) -> str:
    """Return what came of a push to one store, in a line."""
    store_id, what = outcome
    if not isinstance(what, PushResult):
        return f"store {store_id}: {what}"
    blocked = f"not pushed. {what.blocked} " if what.blocked is not None else ""
    done = f"{what.written} written, {what.right} right already, {what.waiting} to be looked at again"
    would = "".join(f"\n  {sku}: {shown} -> {target}" for sku, shown, target in what.would_write)
    return f"store {store_id}: {blocked}{done}, {what.failed} refused{would}"
