"""Order import by API, below /api/v1/orders/sync: import now, start a full run, show the progress."""

import time
from typing import Annotated, Any, Self

from flask import current_app
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import ConfigDict, Field, WithJsonSchema
from sqlalchemy import Connection, Row

from writer import config, stores
from writer.db import LARGEST_ID, AlreadyRunning, database, reading
from writer.lib.errors import Conflict, NotFound
from writer.lib.store_scope import StoreScope
from writer.people import auth
from writer.stores import Keyring, why_not
from writer.sync.order_import import queries, runs
from writer.sync.order_import.queries import Run
from writer.web import api_types
from writer.web.api_types import Answer, Body, ScopedAnswer
from writer.web.openapi import PROBLEMS, check_body

bp = APIBlueprint(
    "sync_api",
    __name__,
    url_prefix="/api/v1/orders/sync",
    abp_tags=[Tag(name="Sync", description="Import of orders from the stores over REST.")],
    abp_security=[{"token": []}],
    abp_responses=PROBLEMS,
)
bp.before_request(check_body)

# A caller waits this long for a run; the next run reads the rest.
LONGEST_RUN_S = 60.0
RUNS_TOLD = 10
_COUNTS = ("seen", "created", "updated", "unchanged", "refused")
_Moment = Annotated[
    str | None, WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]})
]


class SyncAsked(Body):
    """What to import; an empty object imports what changed since the last run."""

    model_config = ConfigDict(json_schema_extra={"example": {"daysBack": 7}})

    days_back: Annotated[int, Field(ge=1, le=runs.MOST_DAYS_BACK)] | None = Field(
        None, alias="daysBack", description="Import again what changed in this number of days."
    )
    store: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = Field(None, description="Only this store.")


class SyncDone(ScopedAnswer):
    """The result of a run."""

    run_id: int | None = Field(description="null: there was no store to read.")
    how_many: int = Field(alias="stores")
    seen: int
    created: int
    updated: int
    unchanged: int
    refused: int
    seconds: float
    errors: dict[str, str] = Field(description="Why a store could not be read, by store.")
    error: str | None = Field(description="Why the run ended early; null: it did not.")


class SyncBegun(Answer):
    """A running import."""

    run_id: int
    status_url: str


class StoreRun(Answer):
    """The result of a run for one store."""

    store_id: int
    store: str
    state: str = Field(description="waiting, running, done, failed or skipped.")
    seen: int
    created: int
    updated: int
    unchanged: int
    refused: int
    error: str | None

    @classmethod
    def from_part(cls, part: Row[Any]) -> Self:
        """Make the answer of a run's part."""
        return cls.of(part, store=part.name)


class RunTold(Answer):
    """One run, for the visible stores."""

    id: int
    started_by: str
    started_at: api_types.TimeText
    ended_at: _Moment = Field(description="null: still running.")
    seconds: float | None
    error: str | None
    seen: int
    created: int
    updated: int
    unchanged: int
    refused: int
    parts: list[StoreRun] = Field(alias="stores")

    @classmethod
    def from_run(cls, run: Run) -> Self:
        """Make the answer of a run."""
        return cls.of(
            run,
            started_at=api_types.iso(run.started_at),
            ended_at=api_types.iso(run.ended_at),
            parts=[StoreRun.from_part(part) for part in run.parts],
            **{name: run.total(name) for name in _COUNTS},
        )


class StoreState(Answer):
    """The state of the import of one store."""

    id: int
    name: str
    is_configured: bool = Field(description="It can be read now.")
    why_not: str | None
    last_sync: _Moment
    last_error: str | None

    @classmethod
    def from_state(cls, state: queries.State) -> Self:
        """Make the answer of how a store is read."""
        return cls.of(state, is_configured=state.why_not is None, last_sync=api_types.iso(state.polled_at))


class SyncStatus(ScopedAnswer):
    """The state of the import."""

    running: bool
    interval_minutes: int
    progress: RunTold | None = Field(description="The present run, if it reads a visible store.")
    runs: list[RunTold] = Field(description="The newest runs first.")
    states: list[StoreState] = Field(alias="stores")


@bp.post("", responses={"200": SyncDone})
def sync(body: SyncAsked) -> dict[str, Any]:
    """Import orders of the visible stores now; the answer comes when it is done, after a minute at most.

    The answer is 409 if a run is in progress.
    """
    store_scope, known = auth.store_scope(), database()
    with reading() as db:
        store_ids = _chosen(db, store_scope, body.store)
        hidden = auth.hides_stores(db)
    first = current_app.config["ONEROM"].sync_days_back
    plan = runs.Plan(auth.actor().name, store_ids, body.days_back, first)
    until = time.monotonic() + LONGEST_RUN_S
    try:
        run_id = runs.run(known, _ring().vault, plan, lambda: time.monotonic() > until)
    except AlreadyRunning:
        raise Conflict("A run is already running: see /api/v1/orders/sync/status.") from None
    if run_id is None:
        nothing: dict[str, Any] = dict.fromkeys(("how_many", *_COUNTS), 0)
        nothing |= {"run_id": None, "seconds": 0.0, "errors": {}, "error": None}
        return SyncDone.model_construct(hidden=hidden, **nothing).as_json()
    with reading() as db:
        done = runs.summary(db, run_id)
    told = {name: done[name] for name in (*_COUNTS, "seconds", "errors", "error")}
    told |= {"run_id": run_id, "how_many": done["stores"]}
    return SyncDone.model_construct(hidden=hidden, **told).as_json()


@bp.post("/all", responses={"202": SyncBegun})
@auth.admin_only
def sync_all() -> tuple[dict[str, Any], int]:
    """Start an import of every store that also finds deleted orders; the answer says where to look."""
    first = current_app.config["ONEROM"].sync_days_back
    plan = runs.Plan(auth.actor().name, first_days_back=first, looks_for_vanished=True)
    try:
        run_id = runs.start(database(), _ring().vault, plan)
    except AlreadyRunning:
        raise Conflict("A run is already running: see /api/v1/orders/sync/status.") from None
    return SyncBegun.model_construct(run_id=run_id, status_url="/api/v1/orders/sync/status").as_json(), 202


@bp.get("/status", responses={"200": SyncStatus})
def status() -> dict[str, Any]:
    """Return the present run and its progress, the last runs, and the state of each store."""
    store_scope = auth.store_scope()
    with reading() as db:
        history = queries.history(db, store_scope, RUNS_TOLD)
        states = queries.states(db, store_scope)
        may_run = queries.has_open_run(db)
        hidden = auth.hides_stores(db)
    # The lock decides, because a run that was killed still looks like a running one.
    is_running = may_run and runs.is_running(database())
    under_way = [run for run in history if run.ended_at is None] if is_running else []
    settings: config.Config = current_app.config["ONEROM"]
    return SyncStatus.model_construct(
        running=is_running,
        interval_minutes=settings.sync_interval_minutes,
        progress=RunTold.from_run(under_way[0]) if under_way else None,
        runs=[RunTold.from_run(run) for run in history],
        states=[StoreState.from_state(state) for state in states],
        hidden=hidden,
    ).as_json()


def _chosen(db: Connection, store_scope: StoreScope, store_id: int | None) -> tuple[int, ...] | None:
    """Return the stores that a run reads, None for all. Raises NotFound, and Conflict if the requested store
    cannot be read."""
    if store_id is None:
        return None if store_scope.store_ids is None else tuple(sorted(store_scope.store_ids))
    if not store_scope.sees(store_id):
        raise NotFound("There is no such store.")
    store = stores.get(db, store_id)
    reason = why_not(store)
    if reason is not None:
        raise Conflict(f"{store.name} {reason}.")
    return (store_id,)


def _ring() -> Keyring:
    found: Keyring = current_app.extensions["keyring"]
    return found
