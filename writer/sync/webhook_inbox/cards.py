"""What a store's first page asks: whether an address that delivers its orders is the same store, moved."""

from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import Connection, Row

from writer.lib.store_scope import EVERYTHING
from writer.stores import StoreCard
from writer.sync.webhook_inbox import moved, queries


def draw_moved(db: Connection, store: Row[Any], is_admin: bool) -> list[StoreCard]:
    """Return a card for each held address that seems to be this store's; only admins may answer."""
    if not is_admin:
        return []
    known_as = {
        row: found
        for row in queries.list_held_sources(db, EVERYTHING)
        if (found := moved.find_store(db, row.source)) is not None and found.id == store.id
    }
    if not known_as:
        return []
    markup = render_template(
        "webhook_inbox/_held.html",
        held_sources=list(known_as),
        known_as={row.source: found for row, found in known_as.items()},
        is_admin=True,
    )
    return [StoreCard("top", Markup(markup))]
