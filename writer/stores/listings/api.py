"""Stores as JSON under /api/v1/stores: the list, without any key, and the refresh of their mappings."""

from typing import Annotated, Any

from flask import current_app
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field, WithJsonSchema
from sqlalchemy import Row

from writer.db import AlreadyRunning, database, reading
from writer.lib.errors import Conflict, Unavailable
from writer.people import auth
from writer.stores import registry
from writer.stores.listings import queries
from writer.stores.listings.refresh import Refreshed, refresh, refresh_all
from writer.stores.registry import Keyring, NotNow
from writer.stores.woocommerce import KeysRefused, StoreError
from writer.web.api_types import PathId
from writer.web.layout import iso
from writer.web.openapi import PROBLEMS

bp = APIBlueprint(
    "stores_api",
    __name__,
    url_prefix="/api/v1/stores",
    abp_tags=[Tag(name="Stores", description="The WooCommerce stores and what is matched there.")],
    abp_security=[{"token": []}],
    abp_responses=PROBLEMS,
)
_MOMENT = WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]})


class StorePath(BaseModel):
    """Which store."""

    store_id: PathId


class Store(BaseModel):
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
    listed: int = Field(description="Products and variations it lists.")
    matched: int
    not_matched: int = Field(alias="unmatched")
    doctor: list[str] | None = Field(description="What is wrong with its webhooks; null: not checked yet.")


class Stores(BaseModel):
    """All stores, by name."""

    entries: list[Store]


class Refresh(BaseModel):
    """What a refresh of one store's mappings came to."""

    id: int
    name: str
    items: int = Field(description="Products and variations read.")
    matched: int
    newly_matched: int
    not_matched: int = Field(alias="unmatched")
    missing: int = Field(description="Known before, and no longer listed.")
    error: str | None = Field(description="Why it broke off; null: it is complete.")


class Refreshes(BaseModel):
    """What a refresh came to, store by store."""

    entries: list[Refresh]


@bp.get("", responses={"200": Stores})
def list_stores() -> dict[str, Any]:
    """List the stores."""
    with reading() as db:
        return {"entries": [_entry(row) for row in queries.list_summaries(db, auth.store_scope())]}


@bp.post("/refresh-mappings", responses={"200": Refreshes})
def refresh_every_store() -> dict[str, Any]:
    """Read what every store sells and match it to the stock list; answered when all are done.

    A store that cannot be read has an `error`; the others are refreshed all the same.
    """
    with reading() as db:
        chosen = queries.with_keys(db, auth.store_scope())
    return {"entries": [_refresh(done) for done in refresh_all(database(), _ring().vault, chosen)]}


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
    return _refresh(done)


def _ring() -> Keyring:
    found: Keyring = current_app.extensions["keyring"]
    return found


def _refresh(done: Refreshed) -> dict[str, Any]:
    return {
        "id": done.store_id,
        "name": done.store_name,
        "items": done.items,
        "matched": done.matched,
        "newly_matched": done.newly,
        "unmatched": done.unmatched,
        "missing": done.missing,
        "error": done.error,
    }


def _entry(row: Row[Any]) -> dict[str, Any]:
    names = ("id", "site_id", "name", "source", "base_url", "push_state", "last_error")
    counts = ("listed", "matched", "unmatched")
    return {
        **{name: getattr(row, name) for name in (*names, *counts)},
        "is_active": bool(row.is_active),
        "push_reason": row.pause_reason,
        "last_contact_at": iso(row.last_contact_at) if row.last_contact_at else None,
        "polled_at": iso(row.polled_at) if row.polled_at else None,
        "doctor": registry.webhook_problems(row),
    }
