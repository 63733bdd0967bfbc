"""Pages: the opening stock that pushing begins with, and the stores that it begins for."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from writer.db import database, reading, transaction
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid
from writer.people import auth
from writer.stores import registry
from writer.stores.opening_stock import actions, queries
from writer.stores.registry import Jobs, Progress
from writer.web import toasts
from writer.web.paging import asked_page

bp = Blueprint("opening_stock", __name__, template_folder="templates")


@bp.get("/stores/<int:store_id>/opening-stock")
@auth.admin_only
def ask(store_id: int) -> str:
    """Show every SKU with our count and each store's, and ask which counts to start from."""
    with reading() as db:
        store = registry.get(db, store_id)
        page = asked_page(queries.count_skus(db), 100)
        every = registry.list_stores(db, auth.store_scope())
        readable = [row for row in every if row.consumer_key_encrypted and row.is_active]
        return render_template(
            "opening_stock/ask.html",
            store=store,
            page=page,
            lines=queries.list_counts(db, page.size, page.offset),
            readable=readable,
            counts_anything=queries.counts_anything(db),
        )


@bp.post("/stores/<int:store_id>/opening-stock")
@auth.admin_only
def start(store_id: int) -> Response:
    """Start pushing to the chosen stores, from our counts or from those of one store."""
    who = auth.actor().name
    chosen = [int(text) for text in request.form.getlist("start") if text.isdecimal() and len(text) < 10]
    source = request.form.get("from", "")
    try:
        with reading() as db:
            rows = [registry.get(db, number) for number in chosen]
            for store in rows:
                actions.check_ready(db, store)
            source_store = registry.get(db, int(source)) if source.isdecimal() else None
        if not rows:
            raise Invalid("Choose at least one store to start.")
        if source_store is None and source != "ours":
            raise Invalid("Choose which counts to start from.")
        if source_store is None:
            with transaction() as db:
                actions.start(db, who, chosen)
            toasts.say(f"Your counts go from now on to {_names(rows)}.")
        else:
            _take_over(who, source_store, chosen, _names(rows))
    except (Invalid, Conflict) as error:
        flash(error.sentence, "danger")
        return redirect(url_for("opening_stock.ask", store_id=store_id), 303)
    if source_store is not None:
        return redirect(url_for("connect.steps", store_id=source_store.id), 303)
    return redirect(url_for("registry.show", store_id=store_id), 303)


@bp.post("/stores/<int:store_id>/stop")
@auth.admin_only
def stop(store_id: int) -> Response:
    """Stop pushing to the store until it is started again."""
    with transaction() as db:
        actions.stop(db, auth.actor().name, store_id)
    undo = url_for("opening_stock.start_again", store_id=store_id)
    toasts.say("The stock of this store is not updated until it is started again.", undo)
    return redirect(url_for("stock_sync.show", store_id=store_id), 303)


@bp.post("/stores/<int:store_id>/start-again")
@auth.admin_only
def start_again(store_id: int) -> Response:
    """Go on with a store that was stopped, where it was."""
    try:
        with transaction() as db:
            actions.start(db, auth.actor().name, [store_id])
    except Conflict as error:
        flash(error.sentence, "warning")
    else:
        toasts.say("The stock of this store is updated again.")
    return redirect(url_for("stock_sync.show", store_id=store_id), 303)


def _take_over(who: str, source: Row[Any], chosen: list[int], names: str) -> None:
    known, vault = database(), current_app.extensions["keyring"].vault
    jobs: Jobs = current_app.extensions["jobs"]
    began = clock.now()

    def work(on_progress: Progress) -> str:
        done = actions.take_over(
            known, vault, who, source.id, lambda so_far: on_progress(f"{so_far.counted} SKUs counted so far.")
        )
        with known.transaction() as db:
            actions.start(db, who, chosen, began)
        left_out = f" {done.left_out} listings were left out." if done.left_out else ""
        return (
            f"{done.counted} SKUs are counted as {source.name} shows them, {done.added} of them new here."
            f"{left_out} They are pushed from now on to {names}."
        )

    jobs.start(source.id, "Taking counts over", work)


def _names(rows: list[Row[Any]]) -> str:
    return ", ".join(row.name for row in rows)
