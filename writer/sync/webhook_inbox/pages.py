"""Pages: what the stores delivered and what came of it; replay one, accept a source as a store."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer import stores
from writer.db import database, reading, transaction
from writer.lib.errors import Conflict
from writer.people import audit, auth
from writer.sync.webhook_inbox import actions, forms, moved, queries
from writer.web.paging import asked_page

bp = Blueprint("webhook_inbox", __name__, template_folder="templates")


@bp.get("/webhook-inbox")
def index() -> str:
    """List deliveries, newest first, filtered by the query string; and what waits to be accepted."""
    filters, store_scope = forms.asked_deliveries(), auth.store_scope()
    with reading() as db:
        page = asked_page(queries.count_deliveries(db, store_scope, filters))
        rows = queries.list_deliveries(db, store_scope, filters, page.size, page.offset)
        held_sources = queries.list_held_sources(db, store_scope) if filters.outcome in ("", "held") else []
        known_as = {row.source: moved.find_store(db, row.source) for row in held_sources}
    return render_template(
        "webhook_inbox/index.html",
        rows=rows,
        page=page,
        filters=filters,
        held_sources=held_sources,
        known_as=known_as,
        outcomes=queries.OUTCOMES,
        asked=request.args,
    )


@bp.get("/webhook-inbox/<int:delivery_id>")
def show(delivery_id: int) -> str:
    """Show one delivery; admins see its body too."""
    with reading() as db:
        row = queries.get_delivery(db, auth.store_scope(), delivery_id)
    return render_template("webhook_inbox/show.html", row=row)


@bp.post("/webhook-inbox/<int:delivery_id>/replay")
def replay(delivery_id: int) -> Response:
    """Process a delivery once more: an order's newest state is counted whatever comes again."""
    try:
        with transaction() as db:
            queries.get_delivery(db, auth.store_scope(), delivery_id)
            effect = actions.replay(db, delivery_id)
            outcome = {"outcome": effect.outcome}
            who = auth.actor().name
            audit.note(db, who, "delivery.replay", f"delivery {delivery_id}", None, outcome)
    except Conflict as error:
        flash(error.sentence, "warning")
    else:
        category = "warning" if effect.outcome == "failed" else "success"
        flash(f"Replayed: {effect.outcome}. {effect.sentence}", category)
    return redirect(url_for("webhook_inbox.show", delivery_id=delivery_id), 303)


@bp.post("/webhook-inbox/moved")
@auth.admin_only
def move() -> Response:
    """Make a held source the new address of the store that it is, and find its REST API there afterwards."""
    source, store_id = request.form.get("source", "").replace("\0", ""), _number("store_id")
    who = auth.actor().name
    with transaction() as db:
        count = moved.move(db, who, source, store_id)
        store = stores.get(db, store_id)
    things = "delivery was" if count == 1 else "deliveries were"
    flash(f"{store.name} is at {source} now, and {count} held {things} processed.", "success")
    if store.consumer_key_encrypted is not None:
        known, ring = database(), current_app.extensions["keyring"]
        url = stores.webhook_setup.delivery_url(current_app.config["ONEROM"].public_url)
        try:
            current_app.extensions["jobs"].start(
                store_id,
                "Following the store to its new address",
                lambda _on_progress: stores.follow(known, ring, who, store_id, url),
            )
        except Conflict as error:
            flash(error.sentence, "warning")
    return redirect(url_for("connect.steps", store_id=store_id), 303)


def _number(name: str) -> int:
    said = request.form.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0


@bp.post("/webhook-inbox/accept")
@auth.admin_only
def accept() -> Response:
    """Make a held source a store and process what it delivered."""
    source = request.form.get("source", "").replace("\0", "")
    with transaction() as db:
        count = actions.accept_source(db, auth.actor().name, source)
    things = "delivery was" if count == 1 else "deliveries were"
    flash(f"{source} is a store now, and {count} held {things} processed.", "success")
    return redirect(url_for("registry.index"), 303)
