"""Pages: what happened between here and the stores, of all of them or of one, newest first."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from sqlalchemy import Connection

from writer import stores
from writer.db import reading
from writer.lib.store_scope import StoreScope
from writer.people import auth
from writer.sync.activity import queries
from writer.sync.activity.entries import DAYS, KINDS, OUTCOMES, TROUBLE, Filters
from writer.sync.activity.forms import asked_filters, asked_place
from writer.sync.webhook_inbox import moved
from writer.sync.webhook_inbox.queries import list_held_sources

bp = Blueprint("activity", __name__, template_folder="templates")

SIZE = 50
KIND_WORDS = {"delivery": "Deliveries", "read": "Orders read", "push": "Stock updates", "failure": "Failures"}


@bp.get("/activity")
def index() -> str:
    """List what happened, filtered by the query string; and the addresses that are no store yet."""
    filters, store_scope = asked_filters(), auth.store_scope()
    with reading() as db:
        held = _held(db, store_scope, filters)
        return render_template(
            "activity/index.html",
            shops=stores.list_stores(db, store_scope),
            held_sources=held,
            known_as={row.source: moved.find_store(db, row.source) for row in held},
            shown=_list(db, store_scope, filters),
        )


@bp.get("/stores/<int:store_id>/activity")
def of_store(store_id: int) -> str:
    """List what happened in one store."""
    filters = asked_filters(store_id)
    with reading() as db:
        store = stores.get(db, store_id)
        return render_template(
            "activity/store.html",
            head=stores.head_of(db, store),
            store=store,
            shown=_list(db, auth.store_scope(), filters),
        )


def _held(db: Connection, store_scope: StoreScope, filters: Filters) -> list[Any]:
    """Return the addresses that are no store yet, where their deliveries could be in the list."""
    may_be = filters.kind in ("", "delivery") and filters.outcome in ("", "held", TROUBLE)
    return list_held_sources(db, store_scope) if may_be and filters.store_id is None else []


def _list(db: Connection, store_scope: StoreScope, filters: Filters) -> dict[str, Any]:
    after = asked_place()
    found = queries.list_entries(db, store_scope, filters, SIZE + 1, after)
    entries = found[:SIZE]
    return {
        "entries": entries,
        "filters": filters,
        "is_first": after is None,
        "next_url": _address(after=str(entries[-1].place)) if len(found) > SIZE else None,
        "first_url": _address(),
        "views": _views(db, store_scope, filters),
        "outcomes": _outcomes(filters),
        "days": DAYS,
        "address": _address,
    }


def _views(db: Connection, store_scope: StoreScope, filters: Filters) -> list[dict[str, Any]]:
    """Return the views of the list as tabs: all of it, what needs somebody, and each kind."""
    trouble = queries.count_trouble(db, store_scope, filters.store_id)
    is_trouble = filters.outcome == TROUBLE and not filters.kind
    views = [
        _view("All", not filters.kind and not is_trouble, kind=None, outcome=None),
        _view("Needs you", is_trouble, trouble, kind=None, outcome=TROUBLE),
    ]
    return views + [_view(KIND_WORDS[kind], filters.kind == kind, kind=kind, outcome=None) for kind in KINDS]


def _view(name: str, is_here: bool, count: int | None = None, **args: str | None) -> dict[str, Any]:
    return {"name": name, "href": _address(**args), "count": count, "is_here": is_here, "is_todo": True}


def _outcomes(filters: Filters) -> dict[str, str]:
    """Return what the list can be narrowed to, by outcome, as pages call it."""
    kinds = [filters.kind] if filters.kind else KINDS
    return {name: word for kind in kinds for name, word in OUTCOMES[kind].items()}


def _address(**changes: Any) -> str:
    """Return this list's address with its filters and these changes; it begins at its first page again."""
    kept = {name: value for name, value in request.args.items() if value and name not in ("after", "show")}
    query = urlencode({name: value for name, value in {**kept, **changes}.items() if value})
    return f"{request.path}?{query}" if query else request.path
