"""Pages: what a store lists and which of our products each is; and the baseline that pushing begins with."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from writer import accounts, clock
from writer.db import database, reading, transaction
from writer.errors import Conflict, Invalid, NotFound
from writer.paging import asked_page
from writer.stores import baseline, listing_queries, listings, queries, registry
from writer.stores.jobs import Jobs, Tell
from writer.stores.queries import known_id

bp = Blueprint("mappings", __name__, template_folder="templates")
UNLISTED_SHOWN = 50


@bp.get("/stores/<int:store_id>/mappings")
def index(store_id: int) -> str:
    """List what the store sells, filtered by `?show=`, and what we count and it does not sell."""
    which = request.args.get("show", "")
    which = which if which in listing_queries.FILTERS else "all"
    with reading() as db:
        store = registry.get(db, known_id(store_id))
        counts = listing_queries.count_by_filter(db, store.id)
        page = asked_page(counts[which])
        return render_template(
            "stores/connect_mappings.html",
            store=store,
            which=which,
            filters=listing_queries.FILTERS,
            counts=counts,
            page=page,
            rows=listing_queries.page(db, store.id, which, page.size, page.offset),
            is_renamed=listing_queries.is_renamed,
            unlisted_count=listing_queries.count_unlisted(db, store.id),
            unlisted=listing_queries.list_unlisted(db, store.id, UNLISTED_SHOWN),
        )


@bp.post("/stores/<int:store_id>/mappings/<int:listing_id>")
def change(store_id: int, listing_id: int) -> Response:
    """Map a listing by hand (`do`: map, leave, sku, alias) and show the list again as it was."""
    do, sku = request.form.get("do", ""), request.form.get("sku", "")
    who = accounts.actor().name
    try:
        with transaction() as db:
            row = listings.get(db, listing_id)
            if row.store_id != store_id:
                raise NotFound("This store has no such listing.")
            if do == "map" and not sku.strip():
                raise Invalid("Enter the SKU of a product in the stock list.")
            if do == "map":
                listings.map_by_hand(db, who, row.id, sku)
            elif do == "leave":
                listings.map_by_hand(db, who, row.id, "")
            elif do == "sku":
                listings.forget_by_hand(db, who, row.id)
            elif do == "alias":
                listings.accept_sku(db, who, row.id)
    except (Invalid, Conflict) as error:
        flash(error.sentence, "danger")
    else:
        flash(_done(do, row, sku.strip()), "success")
    show, number = request.form.get("show") or None, request.form.get("page") or None
    return redirect(url_for("mappings.index", store_id=known_id(store_id), show=show, page=number), 303)


@bp.get("/stores/<int:store_id>/baseline")
@accounts.admin_only
def ask(store_id: int) -> str:
    """Show every SKU with our count and each store's, and ask where to start from."""
    with reading() as db:
        store = registry.get(db, known_id(store_id))
        page = asked_page(baseline.count_lines(db), 100)
        every = queries.list_stores(db, accounts.sight())
        readable = [row for row in every if row.consumer_key_encrypted and row.is_active]
        return render_template(
            "stores/connect_baseline.html",
            store=store,
            page=page,
            lines=baseline.list_lines(db, page.size, page.offset),
            readable=readable,
        )


@bp.post("/stores/<int:store_id>/baseline")
@accounts.admin_only
def start(store_id: int) -> Response:
    """Begin pushing to the chosen stores, from our counts or from those of one store."""
    who = accounts.actor().name
    chosen = [int(text) for text in request.form.getlist("start") if text.isdecimal() and len(text) < 10]
    source = request.form.get("from", "")
    try:
        with reading() as db:
            rows = [registry.get(db, known_id(number)) for number in chosen]
            for store in rows:
                baseline.check_ready(db, store)
            source_store = registry.get(db, known_id(int(source))) if source.isdecimal() else None
        if not rows:
            raise Invalid("Choose at least one store to start.")
        if source_store is None and source != "ours":
            raise Invalid("Choose which counts to start from.")
        if source_store is None:
            with transaction() as db:
                baseline.start(db, who, chosen)
            flash(f"Our counts are pushed from now on to {_names(rows)}.", "success")
        else:
            _take_over(who, source_store, chosen, _names(rows))
    except (Invalid, Conflict) as error:
        flash(error.sentence, "danger")
        return redirect(url_for("mappings.ask", store_id=known_id(store_id)), 303)
    to = source_store.id if source_store is not None else store_id
    return redirect(url_for("connect.steps", store_id=to), 303)


def _take_over(who: str, source: Row[Any], chosen: list[int], names: str) -> None:
    known, vault = database(), current_app.extensions["keyring"].vault
    jobs: Jobs = current_app.extensions["jobs"]
    began = clock.now()

    def work(tell: Tell) -> str:
        done = baseline.take_over(
            known, vault, who, source.id, lambda so_far: tell(f"{so_far.counted} SKUs counted so far.")
        )
        with known.transaction() as db:
            baseline.start(db, who, chosen, began)
        left_out = f" {done.left_out} listings were left out." if done.left_out else ""
        return (
            f"{done.counted} SKUs are counted as {source.name} shows them, {done.added} of them new here."
            f"{left_out} They are pushed from now on to {names}."
        )

    jobs.start(source.id, "Taking counts over", work)


def _names(rows: list[Row[Any]]) -> str:
    return ", ".join(row.name for row in rows)


def _done(do: str, row: Row[Any], sku: str) -> str:
    shown = row.sku or row.name
    return {
        "map": f"{shown} is {sku}.",
        "leave": f"{shown} is left alone: nothing is pushed to it.",
        "sku": f"{shown} is matched by its SKU again.",
        "alias": f"{row.sku} is another name of the same product now.",
    }.get(do, "Nothing was changed.")
