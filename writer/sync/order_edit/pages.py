"""Forms on the page of an order that change its store: the status, a note. orders/browse renders the page."""

from flask import Blueprint, current_app, flash, redirect, request, session
from werkzeug.wrappers import Response

from writer.db import database
from writer.lib.errors import Conflict, Invalid
from writer.people import auth
from writer.stores import Keyring
from writer.sync.order_edit import actions
from writer.sync.order_edit.actions import StoreRefused

bp = Blueprint("order_edit", __name__)
_KEPT = 1500  # characters of a note that could not be sent


@bp.post("/orders/<int:order_id>/status")
def set_status(order_id: int) -> Response:
    """Change the status of the order, in its store first."""
    ring: Keyring = current_app.extensions["keyring"]
    status = request.form.get("status", "")[:100]
    try:
        who, store_scope = auth.actor().name, auth.store_scope()
        order = actions.set_status(database(), ring.vault, store_scope, who, order_id, status)
        flash(f"The order is {order.status} now, in the store and here.", "success")
    except (Conflict, Invalid, StoreRefused) as error:
        flash(_sentence(error), "danger")
    return redirect(f"/orders/{order_id}", 303)


@bp.post("/orders/<int:order_id>/notes")
def add_note(order_id: int) -> Response:
    """Add a note to the order in its store, which mails it to the customer if that is ticked."""
    ring: Keyring = current_app.extensions["keyring"]
    note, token = request.form.get("note", ""), request.form.get("token", "")[:64]
    to_customer = request.form.get("to_customer") == "1"
    try:
        who, store_scope = auth.actor().name, auth.store_scope()
        is_new = actions.add_note(
            database(), ring.vault, store_scope, who, order_id, note, to_customer, token
        )
        flash(
            "The note is sent." if is_new else "This note was sent before; it was not sent again.", "success"
        )
    except (Conflict, Invalid, StoreRefused) as error:
        flash(_sentence(error), "danger")
        # A cookie holds little, so a longer note has to be typed again.
        session["unsent_note"] = {"order_id": order_id, "note": note[:_KEPT], "to_customer": to_customer}
    return redirect(f"/orders/{order_id}", 303)


def _sentence(error: Conflict | Invalid | StoreRefused) -> str:
    return " ".join([error.sentence, *error.errors.values()])
