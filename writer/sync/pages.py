"""Pages: the sync of orders, with the state of each store, the last runs and "sync now"."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer import accounts
from writer.db import AlreadyRunning, database, reading
from writer.sight import Sight
from writer.stores import Keyring
from writer.sync import queries, runs

bp = Blueprint("sync", __name__, template_folder="templates")


@bp.get("/sync")
def index() -> str:
    """Show when each store's orders were read, and what the last runs came to."""
    return _page("sync/index.html")


@bp.get("/sync/state")
def state() -> str:
    """The part of the page that changes while a run is under way; fetched again every few seconds."""
    return _page("sync/_state.html")


@bp.post("/sync")
def begin() -> Response:
    """Read the orders of the stores one may see now, in the background."""
    ring: Keyring = current_app.extensions["keyring"]
    sight = accounts.sight()
    ids = None if sight.store_ids is None else tuple(sorted(sight.store_ids))
    first = runs.first_days_back(current_app.config["ONEROM"])
    plan = runs.Plan(accounts.actor().name, ids, first_days_back=first)
    with reading() as db:
        has_any = runs.has_any(db, plan)
    if not has_any:
        flash("There is no store with REST keys that you may read.", "warning")
        return redirect(url_for("sync.index"), 303)
    try:
        runs.start(database(), ring.vault, plan)
        flash("The orders are being read.", "success")
    except AlreadyRunning:
        flash("A run is under way already.", "info")
    return redirect(url_for("sync.index"), 303)


def _page(template: str) -> str:
    sight: Sight = accounts.sight()
    with reading() as db:
        states = queries.states(db, sight)
        history = queries.history(db, sight)
    is_running = any(run.ended_at is None for run in history) and runs.is_running(database())
    return render_template(template, stores=states, history=history, is_running=is_running)
