"""Pages: the import of orders, with the state of each store, the last runs, and a button to read now."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer.db import AlreadyRunning, database, reading
from writer.lib.store_scope import StoreScope
from writer.people import auth
from writer.stores import Keyring
from writer.sync.order_import import queries, runs
from writer.web import toasts

bp = Blueprint("order_import", __name__, template_folder="templates")


@bp.get("/order-import")
def index() -> str:
    """Show when each store's orders were imported, and the results of the last runs."""
    return _page("order_import/index.html")


@bp.get("/order-import/state")
def state() -> str:
    """Render the part of the page that changes during a run; a script fetches it every few seconds."""
    return _page("order_import/_state.html")


@bp.get("/order-import/<int:run_id>")
def show(run_id: int) -> str:
    """Show one run, store by store."""
    with reading() as db:
        run = queries.get_run(db, auth.store_scope(), run_id)
    return render_template("order_import/run.html", run=run)


@bp.post("/order-import")
def begin() -> Response:
    """Import the orders of the visible stores now, in the background."""
    ring: Keyring = current_app.extensions["keyring"]
    store_scope = auth.store_scope()
    ids = None if store_scope.store_ids is None else tuple(sorted(store_scope.store_ids))
    first = current_app.config["ONEROM"].sync_days_back
    plan = runs.Plan(auth.actor().name, ids, first_days_back=first)
    with reading() as db:
        has_any = runs.has_any(db, plan)
    if not has_any:
        flash("There is no store with REST keys that you may read.", "warning")
        return redirect(url_for("order_import.index"), 303)
    try:
        runs.start(database(), ring.vault, plan)
        toasts.say("The orders are being read.")
    except AlreadyRunning:
        flash("The orders are being read already.", "info")
    return redirect(url_for("order_import.index"), 303)


def _page(template: str) -> str:
    store_scope: StoreScope = auth.store_scope()
    with reading() as db:
        states = queries.states(db, store_scope)
        history = queries.history(db, store_scope)
    is_running = any(run.ended_at is None for run in history) and runs.is_running(database())
    return render_template(template, stores=states, history=history, is_running=is_running)
