"""Forms on the page of an order that change its store: the status, a note. orders/browse renders the page."""

from urllib.parse import urlencode

from flask import Blueprint, current_app, flash, redirect, request, session
from werkzeug.wrappers import Response

from writer.db import database
from writer.lib.errors import Conflict, Invalid
from writer.people import auth
from writer.stores import Keyring
from writer.sync.order_edit import actions
from writer.sync.order_edit.actions import Changed, StoreRefused
from writer.web import toasts

bp = Blueprint("order_edit", __name__)
_WAS, _IS = "was", "is"  # the statuses of an undo: the one to come back, and the one to be left
_KEPT = 1500  # characters of a note that could not be sent


@bp.post("/orders/<int:order_id>/status")
def set_status(order_id: int) -> Response:
    """Change the status of the order, in its store first; the toast offers to change it back."""
    status = request.form.get("status", "")[:100]
    try:
        changed = _change(order_id, status)
        undo = {_WAS: changed.was, _IS: changed.order.status}
        _say(changed, _page(order_id, "/status/undo", undo) if changed.can_be_undone else None)
    except (Conflict, Invalid, StoreRefused) as error:
        flash(_sentence(error), "danger")
    return redirect(_page(order_id), 303)


@bp.post("/orders/<int:order_id>/status/undo")
def undo_status(order_id: int) -> Response:
    """Give the order the status it had, if it still has the one that the address names."""
    was, is_ = (request.args.get(name, "")[:100] for name in (_WAS, _IS))
    try:
        _say(_change(order_id, was, only_from=is_))
    except (Conflict, Invalid, StoreRefused) as error:
        flash(_sentence(error), "danger")
    return redirect(_page(order_id), 303)


def _change(order_id: int, status: str, only_from: str | None = None) -> Changed:
    ring: Keyring = current_app.extensions["keyring"]
    who, store_scope = auth.actor().name, auth.store_scope()
    return actions.change_status(
        database(), ring.vault, store_scope, who, order_id, status, only_from=only_from
    )


def _say(changed: Changed, undo: str | None = None) -> None:
    order = changed.order
    done = "shipped" if order.status == "completed" else order.status
    toasts.say(f"Order {order.number} is {done} now, in {order.store_name} and here.", undo)


@bp.post("/orders/<int:order_id>/notes")
def add_note(order_id: int) -> Response:
    """Add a note to the order in its store, which mails it to the customer if that is ticked."""
    ring: Keyring = current_app.extensions["keyring"]
    note, token = request.form.get("note", ""), request.form.get("token", "").replace("\0", "")[:64]
    to_customer = request.form.get("to_customer") == "1"
    try:
        who, store_scope = auth.actor().name, auth.store_scope()
        is_new = actions.add_note(
            database(), ring.vault, store_scope, who, order_id, note, to_customer, token
        )
        toasts.say("The note is sent." if is_new else "This note was sent before; it was not sent again.")
    except (Conflict, Invalid, StoreRefused) as error:
        flash(_sentence(error), "danger")
        # A cookie holds little, so a longer note has to be typed again.
        session["unsent_note"] = {"order_id": order_id, "note": note[:_KEPT], "to_customer": to_customer}
    return redirect(_page(order_id), 303)


def _page(order_id: int, below: str = "", more: dict[str, str] | None = None) -> str:
    """Return the order's address, with what this one says of the list that it was opened from."""
    kept = {name: value for name, value in request.args.items() if name not in (_WAS, _IS)}
    query = urlencode({**kept, **(more or {})})
    return f"/orders/{order_id}{below}{'?' if query else ''}{query}"


def _sentence(error: Conflict | Invalid | StoreRefused) -> str:
    return " ".join([error.sentence, *error.errors.values()])
