"""Pages: Home, the part of it that refreshes itself, and the checklist of setting up."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import Connection, Row
from werkzeug.wrappers import Response

from writer import orders, sales
from writer.db import reading, transaction
from writer.lib import clock
from writer.people import auth
from writer.reports.home import setup, shops, stats
from writer.reports.revenue import CHOICES, Range, compare
from writer.web import needs, times, toasts

bp = Blueprint("home", __name__, template_folder="templates")

_STATES = {
    "pending": ("Unpaid", "warn"),
    "on-hold": ("Unpaid", "warn"),
    "failed": ("Payment failed", "bad"),
    "cancelled": ("Cancelled", ""),
    "refunded": ("Refunded", ""),
    "processing": ("Paid", "plain good"),
}
_LATEST = 6
_BEST = 5


@bp.get("/")
def index() -> str:
    """Show what needs somebody, and how the days went that the address says."""
    with reading() as db:
        found = _found(db)
    choice = found["chosen"].choice
    entries = [(label, url_for("home.index", range=name), choice == name) for name, label in CHOICES.items()]
    return render_template("home/index.html", **found, entries=entries, greeting=_greeting(), sub=_sub(found))


@bp.post("/")
def sell() -> Response:
    """Send on the form of a sale, which was on this page once: scripts may still post it here."""
    return redirect(url_for("ledger_new.add"), 307)


@bp.get("/home/state")
def state() -> str:
    """Render the part of the page that changes; a script fetches it every few seconds."""
    with reading() as db:
        found = _found(db)
    return render_template("home/_state.html", **found)


@bp.post("/home/setup/<name>")
@auth.admin_only
def tick(name: str) -> Response:
    """A step of setting up is done, or with "hidden" the checklist is not shown any more."""
    with transaction() as db:
        if name == "hidden":
            setup.hide(db, auth.actor().name)
        else:
            setup.tick(db, auth.actor().name, name)
    said = "The checklist is hidden." if name == "hidden" else "Done."
    toasts.say(said, undo=url_for("home.take_back", name=name))
    return redirect(url_for("home.index"), 303)


@bp.post("/home/setup/<name>/undo")
@auth.admin_only
def take_back(name: str) -> Response:
    """A step of setting up is not done after all, or the checklist is shown again."""
    with transaction() as db:
        setup.take_back(db, auth.actor().name, name)
    return redirect(url_for("home.index"), 303)


def _found(db: Connection) -> dict[str, Any]:
    store_scope, chosen = auth.store_scope(), Range.asked(request.args)
    figures = compare(db, store_scope, chosen)
    is_admin = auth.actor().role == "admin"
    return {
        "chosen": chosen,
        "kept": {"range": chosen.choice} if chosen.choice else chosen.query,
        "figures": figures,
        "stats": stats.list_stats(figures),
        "charts": stats.list_charts(figures) if figures.money else None,
        "needs": needs.list_needs(db, store_scope),
        "latest": orders.list_latest(db, store_scope, _LATEST),
        "state_of": _state_of,
        "shops": shops.list_shops(db, store_scope),
        "best": sales.list_best_sellers(db, store_scope, *chosen.span, _BEST),
        "checklist": setup.find_checklist(db) if is_admin else None,
    }


def _state_of(order: Row[Any]) -> tuple[str, str]:
    """Return the one word that says most of an order, and the kind of its pill."""
    if order.to_ship > 0:
        return "To ship", "plain info"
    if order.status == "completed":
        return "Shipped", "plain good"
    return _STATES.get(order.status, (order.status, ""))


def _sub(found: dict[str, Any]) -> str:
    """Return the day, and whose numbers these are."""
    today = clock.today()
    seen = "all stores" if auth.store_scope().is_all else times.plural(len(found["shops"]), "store")
    return f"{today:%A} {today.day} {today:%B} · {seen}"


def _greeting() -> str:
    hour = clock.local(clock.now()).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
