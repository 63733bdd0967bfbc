"""Runs of the import: reads each store's orders in turn and stores progress and result for the page.

One run at a time; the failure of one store does not affect others. A run that is stopped or killed loses only
time, because the next one continues from each store's cursor.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.exc import OperationalError

from writer import db as database_floor
from writer.db import AlreadyRunning, Database
from writer.db.schema.order_import import sync_run_stores, sync_runs
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stores import NotNow, StoreError, Vault, contact, why_not
from writer.sync.order_import.read import DAYS_BACK, Read, Reader, Stopped

log = logging.getLogger("writer.stores.registry")

LOCK = "sync"
INTERVAL = timedelta(minutes=30)
HISTORY_KEPT = timedelta(days=60)
MOST_DAYS_BACK = 3650
STOPPED = "It was stopped; the next run continues from there."
_COUNTS = tuple(field.name for field in fields(Read))


@dataclass(frozen=True)
class Plan:
    """The plan of a run: which stores, how far back, and whether to look for deleted orders."""

    started_by: str
    store_ids: tuple[int, ...] | None = None  # None: every store that has keys
    days_back: int | None = None  # None: since each store's cursor
    first_days_back: int = DAYS_BACK  # for a store that was never read
    looks_for_vanished: bool = False
    only_older_than: timedelta | None = None  # skip stores with a more recent run; None: read all


def run(
    database: Database,
    vault: Vault,
    plan: Plan,
    is_stopping: Callable[[], bool] = lambda: False,
    tell: Callable[[str], None] = lambda _line: None,
) -> int | None:
    """Import the orders of each store in turn; return the run's id, None if there was nothing to read.

    Raises AlreadyRunning if another run is in progress.
    """
    with database.only_one(LOCK):
        with database.transaction() as db:
            _end_killed(db)
            wanted = _wanted(db, plan)
            run_id = _begin(db, plan, wanted) if wanted else None
        if run_id is not None:
            _read_all(database, vault, plan, run_id, wanted, is_stopping, tell)
        return run_id


def start(database: Database, vault: Vault, plan: Plan) -> int:
    """Start a run in the background; return its id. Raises AlreadyRunning."""
    begun: Future[int] = Future()
    work = threading.Thread(
        target=_work, args=(database, vault, plan, begun), name="onerom sync", daemon=True
    )
    work.start()
    return begun.result()


def _work(database: Database, vault: Vault, plan: Plan, begun: "Future[int]") -> None:
    try:
        with database.only_one(LOCK):
            with database.transaction() as db:
                _end_killed(db)
                wanted = _wanted(db, plan)
                run_id = _begin(db, plan, wanted)
            begun.set_result(run_id)
            _read_all(database, vault, plan, run_id, wanted, lambda: False, lambda _line: None)
    except Exception as error:
        if begun.done():
            log.exception("sync failed")
        else:
            begun.set_exception(error)


def has_any(db: Connection, plan: Plan) -> bool:
    """Tell whether the plan would read any store."""
    return bool(_wanted(db, plan))


def is_running(database: Database) -> bool:
    """Tell whether a run is in progress in any process."""
    try:
        with database.only_one(LOCK):
            return False
    except AlreadyRunning:
        return True


def summary(db: Connection, run_id: int) -> dict[str, Any]:
    """Return a run: stores, counts over all of them, seconds, errors by store name."""
    row = db.execute(select(sync_runs).where(sync_runs.c.id == run_id)).one()
    parts = of_run(db, run_id)
    counts = {name: sum(getattr(part, name) for part in parts) for name in _COUNTS}
    ended = row.ended_at or clock.now()
    return {
        "id": row.id,
        "started_by": row.started_by,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "seconds": round((ended - row.started_at).total_seconds(), 1),
        "stores": len(parts),
        **counts,
        "errors": {part.name: part.error for part in parts if part.error is not None},
        "error": row.error,
    }


def of_run(db: Connection, run_id: int) -> list[Row[Any]]:
    """Return the result of a run for each store, with the store's name."""
    query = select(sync_run_stores, stores.c.name).join(stores, stores.c.id == sync_run_stores.c.store_id)
    return list(db.execute(query.where(sync_run_stores.c.run_id == run_id).order_by(sync_run_stores.c.id)))


def list_runs(db: Connection, limit: int = 20, offset: int = 0) -> list[Row[Any]]:
    """Return the runs, newest first."""
    return list(db.execute(select(sync_runs).order_by(sync_runs.c.id.desc()).limit(limit).offset(offset)))


def drop_old(db: Connection) -> int:
    """Delete old runs; return how many."""
    old = sync_runs.c.started_at < clock.now() - HISTORY_KEPT
    return db.execute(delete(sync_runs).where(old)).rowcount


def line(done: dict[str, Any]) -> str:
    """Return the result of a run in one line."""
    failed = "".join(f" {name}: {error}" for name, error in done["errors"].items())
    failed += f" {done['error']}" if done["error"] else ""
    return (
        f"{done['stores']} stores, {done['seen']} orders: {done['created']} created,"
        f" {done['updated']} updated,"
        f" {done['unchanged']} unchanged, {done['refused']} refused, in {done['seconds']} s;"
        f" {len(done['errors'])} errors.{failed}"
    )


def _wanted(db: Connection, plan: Plan) -> list[Row[Any]]:
    query = select(stores).where(stores.c.is_active, stores.c.consumer_key_encrypted.is_not(None))
    if plan.store_ids is not None:
        query = query.where(stores.c.id.in_(plan.store_ids))
    rows = db.execute(query.order_by(stores.c.id)).all()
    if plan.only_older_than is None:
        return list(rows)
    # A run without a store that may be called would do nothing, every few minutes.
    lately = _read_since(db, clock.now() - plan.only_older_than)
    return [row for row in rows if why_not(row) is None and row.id not in lately]


def _read_since(db: Connection, moment: datetime) -> set[int]:
    """Return the stores with a whole run since then; the worker's polls are none, they read what is new."""
    begun = sync_run_stores.c.started_at
    whole = (sync_run_stores.c.state == "done") & (begun > moment) & (begun <= clock.now())
    return set(db.execute(select(sync_run_stores.c.store_id).where(whole)).scalars())


def _begin(db: Connection, plan: Plan, wanted: list[Row[Any]]) -> int:
    values = {"started_by": plan.started_by, "days_back": plan.days_back, "started_at": clock.now()}
    run_id = database_floor.insert_row(db, sync_runs, **values)
    for store in wanted:
        database_floor.insert_row(db, sync_run_stores, run_id=run_id, store_id=store.id, state="waiting")
    return run_id


def _end_killed(db: Connection) -> None:
    """Mark killed runs as ended: they still look like running, but the lock is ours now."""
    now = clock.now()
    killed = {"ended_at": now, "error": "It was killed; the next run continued from there."}
    db.execute(update(sync_runs).where(sync_runs.c.ended_at.is_(None)).values(**killed))
    unfinished = sync_run_stores.c.state.in_(("waiting", "running"))
    db.execute(update(sync_run_stores).where(unfinished).values(state="failed", error="killed", ended_at=now))


def _read_all(
    database: Database,
    vault: Vault,
    plan: Plan,
    run_id: int,
    wanted: list[Row[Any]],
    is_stopping: Callable[[], bool],
    tell: Callable[[str], None],
) -> None:
    error = None
    for store in wanted:
        try:
            if error is not None or is_stopping():
                raise Stopped
            tell(_read_store(database, vault, plan, run_id, store, is_stopping, tell))
        except Stopped:  # not an error of the store
            error = STOPPED
            _note(database, run_id, store.id, state="skipped", ended_at=clock.now())
    with database.transaction() as db:
        ended = {"ended_at": clock.now(), "error": error}
        database_floor.update_row(db, sync_runs, run_id, **ended)


def _read_store(
    database: Database,
    vault: Vault,
    plan: Plan,
    run_id: int,
    store: Row[Any],
    is_stopping: Callable[[], bool],
    tell: Callable[[str], None],
) -> str:
    """Import one store; return its result in one line."""
    _note(database, run_id, store.id, state="running", started_at=clock.now())
    latest = Read()

    def progress(read: Read) -> None:
        latest.__dict__.update(read.__dict__)
        _note(database, run_id, store.id, **read.__dict__)
        tell(f"{store.name}: {read.seen} orders")

    state, why = "done", None
    try:
        with contact(database, vault, store.id, "read orders") as client:
            reader = Reader(database, client, store.id, progress, is_stopping)
            reader.poll(plan.days_back, plan.first_days_back)
            reader.read_asked()
            reader.look_again()
            if plan.looks_for_vanished:
                reader.look_for_vanished()
    except Stopped:
        raise
    except NotNow as reason:
        state, why = "skipped", str(reason)
    except StoreError as error:
        state, why = "failed", error.sentence
    except OperationalError:
        raise  # the database itself failed, so the next store would fail too
    except Exception as error:
        log.exception("store not read", extra={"fields": {"store": store.id}})
        state, why = "failed", f"Something unexpected went wrong ({type(error).__name__}); see the log."
    _note(database, run_id, store.id, state=state, error=why, ended_at=clock.now())
    return f"{store.name}: {state}, {latest.seen} orders{f'. {why}' if why else ''}"


def _note(database: Database, run_id: int, store_id: int, **values: Any) -> None:
    which = (sync_run_stores.c.run_id == run_id) & (sync_run_stores.c.store_id == store_id)
    with database.transaction() as db:
        db.execute(update(sync_run_stores).where(which).values(**values))
