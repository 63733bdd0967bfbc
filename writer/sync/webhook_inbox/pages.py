"""Pages: what the stores delivered and what came of it; replay one, accept a source as a store."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer import stores
from writer.db import database, reading, transaction
from writer.lib.errors import Conflict
from writer.people import audit, auth
from writer.sync.webhook_inbox import actions, moved, queries
from writer.web import toasts
from writer.web.times import plural

bp = Blueprint("webhook_inbox", __name__, template_folder="templates")


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
    held = plural(count, "held delivery was", "held deliveries were")
    toasts.say(f"{store.name} is at {source} now, and {held} processed.")
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
    return redirect(url_for("keys.show", store_id=store_id), 303)


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
    held = plural(count, "held delivery was", "held deliveries were")
    toasts.say(f"{source} is a store now, and {held} processed.")
    return redirect(url_for("registry.index"), 303)
