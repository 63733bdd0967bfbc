"""Reads for the page: when each store's orders were imported, and the history of runs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db import get_row
from writer.db.schema.order_import import sync_run_stores, sync_runs
from writer.db.schema.stores import stores
from writer.lib.errors import NotFound
from writer.lib.store_scope import StoreScope
from writer.stores import why_not

RUNS_SHOWN = 20
_NO_RUN = "There is no such run."


@dataclass(frozen=True)
class State:
    """The state of the import of one store. `why_not`: why the store is not called now; None: it is."""

    id: int
    name: str
    polled_at: datetime | None
    order_cursor: datetime | None
    last_error: str | None
    why_not: str | None


@dataclass(frozen=True)
class Run:
    """One run with its result for each visible store."""

    id: int
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    error: str | None
    parts: list[Row[Any]]

    @property
    def seconds(self) -> float | None:
        """Return how long it took; None: it is still running."""
        return None if self.ended_at is None else round((self.ended_at - self.started_at).total_seconds(), 1)

    def total(self, name: str) -> int:
        """Return the sum of one count over the visible stores."""
        return sum(getattr(part, name) for part in self.parts)


def states(db: Connection, store_scope: StoreScope) -> list[State]:
    """Return the visible stores, by name."""
    rows = db.execute(select(stores).where(store_scope.of(stores.c.id)).order_by(stores.c.name))
    return [
        State(row.id, row.name, row.polled_at, row.order_cursor, row.last_error, why_not(row)) for row in rows
    ]


def history(db: Connection, store_scope: StoreScope, limit: int = RUNS_SHOWN) -> list[Run]:
    """Return the newest runs that read a visible store."""
    seen = select(sync_run_stores.c.run_id).where(store_scope.of(sync_run_stores.c.store_id))
    query = select(sync_runs).where(sync_runs.c.id.in_(seen)).order_by(sync_runs.c.id.desc()).limit(limit)
    return _with_parts(db, store_scope, list(db.execute(query)))


def get_run(db: Connection, store_scope: StoreScope, run_id: int) -> Run:
    """Return one run; raises NotFound, also where it read no visible store."""
    found = _with_parts(db, store_scope, [get_row(db, sync_runs, run_id, _NO_RUN)])
    if not found[0].parts:
        raise NotFound(_NO_RUN)
    return found[0]


def _with_parts(db: Connection, store_scope: StoreScope, rows: list[Row[Any]]) -> list[Run]:
    parts: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
    of_runs = (
        select(sync_run_stores, stores.c.name)
        .join(stores, stores.c.id == sync_run_stores.c.store_id)
        .where(sync_run_stores.c.run_id.in_(parts), store_scope.of(sync_run_stores.c.store_id))
        .order_by(sync_run_stores.c.id)
    )
    for part in db.execute(of_runs):
        parts[part.run_id].append(part)
    return [
        Run(row.id, row.started_by, row.started_at, row.ended_at, row.error, parts[row.id]) for row in rows
    ]


def has_open_run(db: Connection) -> bool:
    """Tell whether a run is in progress or was killed."""
    return (
        db.execute(select(sync_runs.c.id).where(sync_runs.c.ended_at.is_(None)).limit(1)).first() is not None
    )
