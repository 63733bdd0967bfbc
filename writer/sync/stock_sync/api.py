"""How stores are doing as JSON: one store's health, what fails, and trying a failure again."""

from typing import Any, Literal, Self

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row

from writer import stores
from writer.db import reading
from writer.people import auth
from writer.sync.stock_sync import actions, queries
from writer.web import api_types
from writer.web.api_types import Answer, PathId, QueryId, ScopedAnswer, TimeText, iso
from writer.web.openapi import PROBLEMS, OnceHeader, check_body

bp = APIBlueprint(
    "push_api",
    __name__,
    url_prefix="/api/v1",
    abp_tags=[Tag(name="Pushing", description="How stores are doing, and what fails there.")],
    abp_security=[{"token": []}],
    abp_responses=PROBLEMS,
)
bp.before_request(check_body)


class StorePath(BaseModel):
    """Which store."""

    store_id: PathId


class FailurePath(BaseModel):
    """Which failure."""

    failure_id: PathId


class FailuresQuery(api_types.PageQuery):
    """Which failures."""

    state: Literal["open", "ended", "all"] = "open"
    store: QueryId | None = None


class Health(Answer):
    """How a store is doing."""

    store_id: int
    name: str
    is_well: bool = Field(description="It is pushed to, and nothing of it needs anybody.")
    is_active: bool
    push_state: Literal["off", "on", "paused"]
    push_reason: str | None = Field(description="Why it is paused.")
    mass_change: str | None = Field(description="The large change that waits for a confirmation.")
    last_contact_at: TimeText | None
    polled_at: TimeText | None = Field(description="When its orders were last read completely.")
    failures_in_a_row: int
    last_error: str | None
    not_before: TimeText | None = Field(description="It is not asked before this.")
    mapped: int = Field(alias="listings", description="Listings that are a product of ours.")
    queue: int = Field(description="Listings that are due: their store may show another number.")
    listings_in_trouble: int
    drifts_to_answer: int
    open_failures: int
    unprocessed_deliveries: int
    rejected_signatures: int
    rejected_at: TimeText | None
    checked_at: TimeText | None = Field(description="When its webhooks were last looked at.")
    doctor: list[str] | None = Field(description="What is wrong with its webhooks; null: not checked yet.")

    @classmethod
    def from_health(cls, found: queries.Health) -> Self:
        """Make the answer of what was found about a store."""
        store = found.store
        times = {name: iso(getattr(store, name)) for name in ("last_contact_at", "polled_at", "rejected_at")}
        return cls.of(
            store,
            **times,
            store_id=store.id,
            is_well=found.is_well,
            is_active=bool(store.is_active),
            push_reason=store.pause_reason,
            not_before=iso(store.next_call_at),
            mapped=found.mapped,
            queue=found.queue,
            listings_in_trouble=found.trouble,
            drifts_to_answer=found.undecided,
            open_failures=found.open_failures,
            unprocessed_deliveries=found.unprocessed,
            checked_at=iso(store.webhooks_checked_at),
            doctor=stores.webhook_problems(store),
        )


class Failure(Answer):
    """Something that could not be done in a store."""

    id: int
    store_id: int
    store: str
    listing_id: int | None = Field(description="null: it is the whole store's.")
    sku: str | None = Field(description="As the store writes it.")
    what: str
    sentence: str = Field(description="Why.")
    times: int
    first_at: TimeText
    last_at: TimeText
    next_at: TimeText | None = Field(description="When it is tried again; null: not by itself.")
    ended_at: TimeText | None
    ended_by: str | None

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Make the answer of a failure's row."""
        times = {name: iso(getattr(row, name)) for name in ("first_at", "last_at", "next_at", "ended_at")}
        return cls.of(row, store=row.store_name, **times)


class Failures(ScopedAnswer):
    """A stretch of the failures, what failed last first."""

    entries: list[Failure]
    total_count: int


@bp.get("/stores/<int:store_id>/health", responses={"200": Health})
def show_health(path: StorePath) -> dict[str, Any]:
    """Return how a store is doing."""
    with reading() as db:
        return Health.from_health(queries.health(db, path.store_id)).as_json()


@bp.get("/failures", responses={"200": Failures})
def list_failures(query: FailuresQuery) -> dict[str, Any]:
    """List what fails in the stores that are seen."""
    store_scope = auth.store_scope()
    with reading() as db:
        rows = queries.list_failures(db, store_scope, query.state, query.store, query.limit, query.offset)
        total = queries.count_failures(db, store_scope, query.state, query.store)
        hidden = auth.hides_stores(db)
    entries = [Failure.from_row(row) for row in rows]
    return Failures.model_construct(entries=entries, total_count=total, hidden=hidden).as_json()


@bp.post("/failures/<int:failure_id>/retry", responses={"200": Failure})
def retry(path: FailurePath, header: OnceHeader) -> Response:
    """Let what failed be tried at the next run, whatever was waited for; 409 where it is over.

    The store is spoken to after the answer: within two seconds, or with the next minute's push.
    """

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        store_scope = auth.store_scope()
        queries.get_failure(db, store_scope, path.failure_id)
        actions.retry(db, auth.actor().name, path.failure_id)
        failure = queries.get_failure(db, store_scope, path.failure_id)
        return Failure.from_row(failure).as_json(), 200

    return auth.answer_once(act)
