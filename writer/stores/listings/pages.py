"""Pages: what a store lists and which of our products each is."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.people import auth
from writer.stores import registry
from writer.stores.listings import actions, queries
from writer.web.paging import asked_page

bp = Blueprint("listings", __name__, template_folder="templates")
UNLISTED_SHOWN = 50


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
    who = auth.actor().name
    try:
        with transaction() as db:
            row = actions.get(db, listing_id)
            if row.store_id != store_id:
                raise NotFound("This store has no such listing.")
            if do == "map" and not sku.strip():
                raise Invalid("Enter the SKU of a product in the stock list.")
            if do == "map":
                actions.map_by_hand(db, who, row.id, sku)
            elif do == "leave":
                actions.map_by_hand(db, who, row.id, "")
            elif do == "sku":
                actions.forget_by_hand(db, who, row.id)
            elif do == "alias":
                actions.accept_sku(db, who, row.id)
    except (Invalid, Conflict) as error:
        flash(error.sentence, "danger")
    else:
        flash(_done(do, row, sku.strip()), "success")
    show, number = request.form.get("show") or None, request.form.get("page") or None
    return redirect(url_for("listings.index", store_id=store_id, show=show, page=number), 303)


def _done(do: str, row: Row[Any], sku: str) -> str:
    shown = row.sku or row.name
    at_parent = ""
    if row.manage_stock == "parent":
        at_parent = (
            " The store counts it with its parent: match that too, because its number is the one pushed."
        )
    return {
        "map": f"{shown} is {sku}.{at_parent}",
        "leave": f"{shown} is left alone: nothing is pushed to it, and its orders take no stock.",
        "sku": f"{shown} is matched by its SKU again.",
        "alias": f"{row.sku} is another name of the same product now.",
    }.get(do, "Nothing was changed.")
