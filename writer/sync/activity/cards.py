"""What a store's first page shows of its activity, and how much of it needs somebody."""

from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import Connection, Row

from writer.lib.store_scope import StoreScope
from writer.stores import StoreCard
from writer.sync.activity import queries
from writer.sync.activity.entries import Filters

LATEST = 6


def draw_latest(db: Connection, store: Row[Any], _is_admin: bool) -> list[StoreCard]:
    """Return a card with the last entries of a store."""
    store_scope = StoreScope(frozenset({store.id}))
    entries = queries.list_entries(db, store_scope, Filters(store_id=store.id), LATEST)
    markup = Markup(render_template("activity/_latest.html", store=store, entries=entries))
    return [StoreCard("main", markup)]


def count_tab(db: Connection, store_id: int) -> dict[str, int]:
    """Return how much of a store's activity needs somebody, for its tab."""
    return {"activity": queries.count_trouble(db, StoreScope(frozenset({store_id})))}
