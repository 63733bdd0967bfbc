"""What a store's first page shows of its stock sync, and what its tab counts."""

from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import Connection, Row

from writer.stores import StoreCard
from writer.sync import differences
from writer.sync.stock_sync import queries


def draw_sync(db: Connection, store: Row[Any], is_admin: bool) -> list[StoreCard]:
    """Return a card that says how many of a store's listings show the count."""
    health = queries.health(db, store.id)
    markup = render_template("stock_sync/_card.html", store=store, health=health, is_admin=is_admin)
    return [StoreCard("side", Markup(markup))]


def count_tabs(db: Connection, store_id: int) -> dict[str, int]:
    """Return how many differences of a store wait for an answer, and how many listings are not updated."""
    return {
        "differences": differences.count_differences(db, store_id, only_undecided=True),
        "stock-sync": queries.count_in_trouble(db, store_id),
    }
