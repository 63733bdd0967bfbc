"""The dashboard's cards: a few numbers at a glance, also for the front page."""

from flask import render_template
from markupsafe import Markup
from sqlalchemy import Connection

from writer.lib.store_scope import StoreScope
from writer.reports.dashboard import queries


def draw_cards(db: Connection, store_scope: StoreScope) -> Markup:
    """Return the cards as HTML; each leads to the page it is about."""
    return Markup(render_template("dashboard/_cards.html", glance=queries.look(db, store_scope)))
