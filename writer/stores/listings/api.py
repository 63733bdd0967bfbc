"""Stores as JSON under /api/v1/stores: the list, without any key, and the refresh of their mappings."""

from typing import Annotated, Any, Self

from flask import current_app
from pydantic import Field, WithJsonSchema
from sqlalchemy import Row

from writer.db import AlreadyRunning, database, reading
from writer.lib.errors import Conflict, Unavailable
from writer.people import auth
from writer.stores import registry
from writer.stores.listings import queries
from writer.stores.listings.refresh import Refreshed, refresh, refresh_all
from writer.stores.registry import Keyring, NotNow
from writer.stores.registry.api_blueprint import StorePath, stores_blueprint
from writer.stores.woocommerce import KeysRefused, StoreError
from writer.web.api_types import Answer, ScopedAnswer, iso

bp = stores_blueprint("stores_api", __name__)
_MOMENT = WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]})


class Store(Answer):
    """One store; its keys and secrets are left out."""

    id: int
    site_id: str | None = Field(description="The owner's short name for it.")
    name: str
    source: str = Field(description="The address its webhooks name, without scheme.")
    base_url: str | None = Field(description="Where it is asked by REST; null: it is not.")
    is_active: bool
    push_state: str = Field(description="off, on or paused.")
    push_reason: str | None
    last_contact_at: Annotated[str | None, _MOMENT]
    polled_at: Annotated[str | None, _MOMENT]
    last_error: str | None
    poll_interval_s: int = Field(description="Seconds between two polls by the worker; 0: none.")
    listed: int = Field(description="Products and variations it lists.")
    matched: int
    not_matched: int = Field(alias="unmatched")
    doctor: list[str] | None = Field(description="What is wrong with its webhooks; null: not checked yet.")

    @classmethod
    def from_row(cls, row: Row[Any]) -> Self:
        """Make the answer of a store's row with the counts of its listings."""
        return cls.of(
            row,
            push_reason=row.pause_reason,
            is_active=bool(row.is_active),
            last_contact_at=iso(row.last_contact_at),
            polled_at=iso(row.polled_at),
            not_matched=row.unmatched,
            doctor=registry.webhook_problems(row),
        )


class Stores(ScopedAnswer):
    """All stores, by name."""

    entries: list[Store]


class Refresh(Answer):
    """What a refresh of one store's mappings came to."""

    id: int
    name: str
    items: int = Field(description="Products and variations read.")
    matched: int
    newly_matched: int
    not_matched: int = Field(alias="unmatched")
    missing: int = Field(description="Known before, and no longer listed.")
    error: str | None = Field(description="Why it broke off; null: it is complete.")

    @classmethod
    def from_refreshed(cls, done: Refreshed) -> Self:
        """Make the answer of a refresh."""
        names = {"id": done.store_id, "name": done.store_name}
        return cls.of(done, **names, newly_matched=done.newly, not_matched=done.unmatched)


class Refreshes(ScopedAnswer):
    """What a refresh came to, store by store."""

    entries: list[Refresh]


@bp.get("", responses={"200": Stores})
def list_stores() -> dict[str, Any]:
    """List the stores."""
    with reading() as db:
        rows = queries.list_summaries(db, auth.store_scope())
        hidden = auth.hides_stores(db)
    return Stores.model_construct(entries=[Store.from_row(row) for row in rows], hidden=hidden).as_json()


@bp.post("/refresh-mappings", responses={"200": Refreshes})
def refresh_every_store() -> dict[str, Any]:
    """Read what every store sells and match it to the stock list; answered when all are done.

    A store that cannot be read has an `error`; the others are refreshed all the same.
    """
    with reading() as db:
        chosen = queries.with_keys(db, auth.store_scope())
        hidden = auth.hides_stores(db)
    refreshed = refresh_all(database(), _ring().vault, chosen)
    entries = [Refresh.from_refreshed(done) for done in refreshed]
    return Refreshes.model_construct(entries=entries, hidden=hidden).as_json()


@bp.post("/<int:store_id>/refresh-mappings", responses={"200": Refresh})
def refresh_store(path: StorePath) -> dict[str, Any]:
    """Read what one store sells and match it to the stock list; answered when it is done."""
    with reading() as db:
        store = registry.get(db, path.store_id)
    try:
        done = refresh(database(), _ring().vault, store.id)
    except (NotNow, AlreadyRunning) as error:
        raise Conflict(str(error)) from None
    except StoreError as error:
        is_ours_to_mend = error.permanent or isinstance(error, KeysRefused)
        raise (Conflict if is_ours_to_mend else Unavailable)(error.sentence) from None
    done.store_name = store.name
    return Refresh.from_refreshed(done).as_json()


def _ring() -> Keyring:
    found: Keyring = current_app.extensions["keyring"]
    return found
