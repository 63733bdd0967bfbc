"""Pages: what a store lists and which of our products each is."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from writer.db import database, reading, transaction
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.orders import to_sort
from writer.people import auth
from writer.stores import registry
from writer.stores.listings import actions, decisions, queries
from writer.web import toasts
from writer.web.paging import asked_page

bp = Blueprint("listings", __name__, template_folder="templates")
UNLISTED_SHOWN = 50
_NOTHING = "Nothing was changed."


@bp.get("/stores/<int:store_id>/listings")
def index(store_id: int) -> str:
    """List what the store sells, filtered by `?show=`, and what we count and it does not sell."""
    which = request.args.get("show", "")
    which = which if which in queries.FILTERS else "all"
    running: registry.Jobs = current_app.extensions["jobs"]
    job = running.find(store_id)
    with reading() as db:
        store = registry.get(db, store_id)
        counts = queries.count_by_filter(db, store.id)
        page = asked_page(counts[which])
        return render_template(
            "listings/index.html",
            head=registry.head_of(db, store),
            store=store,
            job=job,
            which=which,
            filters=queries.FILTERS,
            counts=counts,
            page=page,
            rows=queries.page(db, store.id, which, page.size, page.offset),
            is_renamed=queries.is_renamed,
            unlisted_count=queries.count_unlisted(db, store.id),
            unlisted=queries.list_unlisted(db, store.id, UNLISTED_SHOWN),
        )


@bp.post("/stores/<int:store_id>/listings/<int:listing_id>")
def change(store_id: int, listing_id: int) -> Response:
    """Map a listing by hand (`do`: map, leave, sku, alias) and show the list again as it was."""
    do, sku = request.form.get("do", ""), request.form.get("sku", "")
    who, settled = auth.actor().name, None
    try:
        with transaction() as db:
            row = actions.get(db, listing_id)
            if row.store_id != store_id:
                raise NotFound("This store has no such listing.")
            if do in ("map", "leave", "sku"):
                settled = decisions.decide(db, who, row, do, sku)
            elif do == "alias":
                actions.accept_sku(db, who, row.id)
    except (Invalid, Conflict) as error:
        flash(error.sentence, "danger")
    else:
        _say_done(do, row, settled)
    show, number = request.form.get("show") or None, request.form.get("page") or None
    return redirect(url_for("listings.index", store_id=store_id, show=show, page=number), 303)


def _say_done(do: str, row: Row[Any], settled: to_sort.Settled | None) -> None:
    """Say what was done; a decision can be taken back, and its order lines follow for a moment."""
    if settled is None:
        toasts.say(f"{row.sku} is another name of the same product now." if do == "alias" else _NOTHING)
        return
    is_done = to_sort.follow_for(database(), settled.sorting_id)
    rest = "" if is_done else " The rest of the order lines follows in the background."
    if do == "map" and row.manage_stock == "parent":
        rest += " The store counts it with its parent: match that too, because its number is the one updated."
    undo = url_for("to_sort.take_back", sorting_id=settled.sorting_id)
    toasts.say(f"{settled.sentence}{rest}", undo)
