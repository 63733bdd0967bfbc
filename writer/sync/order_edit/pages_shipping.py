"""Pages: marking the ticked orders of the list as shipped, what became of each, and taking that back."""

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import database, parse_id
from writer.lib.errors import Invalid
from writer.people import auth
from writer.stores import Keyring
from writer.sync.order_edit import shipping
from writer.sync.order_edit.shipping import Outcome
from writer.web import times, toasts

bp = Blueprint("order_edit_shipping", __name__, template_folder="templates")
_MARKED = "Mark as shipped"


@bp.post("/orders/mark-shipped")
def mark_shipped() -> Response | str:
    """Complete the ticked orders in their stores; if some were not, say of each why."""
    back, ids = request.form.get("back", ""), _ids(request.form.getlist("id"))
    if not ids:
        toasts.say("Tick the orders that are shipped first.", kind="warning")
        return redirect(_list_address(back), 303)
    who = auth.actor().name
    outcomes = shipping.mark_shipped(database(), _ring().vault, auth.store_scope(), who, ids)
    done = [outcome for outcome in outcomes if outcome.is_done]
    if done and len(done) == len(outcomes):
        toasts.say(f"{times.plural(len(done), 'order')} marked as shipped.", undo=_undo_address(done))
        return redirect(_list_address(back), 303)
    return _what_became(outcomes, back, _MARKED, _undo_address(done) if done else None)


@bp.post("/orders/mark-shipped/undo")
def take_back() -> Response | str:
    """Give the orders named in the address, such as `order=12-processing`, the status they had before."""
    before = {}
    for text in request.args.getlist("order")[: shipping.MOST_AT_ONCE]:
        number, _, status = text.partition("-")
        order_id = parse_id(number)
        if order_id is not None and status:
            before[order_id] = status[:60]
    if not before:
        raise Invalid("There is nothing to take back.")
    who = auth.actor().name
    outcomes = shipping.take_back(database(), _ring().vault, auth.store_scope(), who, before)
    done = sum(outcome.is_done for outcome in outcomes)
    if done == len(outcomes):
        toasts.say(f"{times.plural(done, 'order')} not marked as shipped any more.")
        return redirect(url_for("browse_list.index", view="to-ship"), 303)
    return _what_became(outcomes, "view=to-ship", "Take back", None)


def _what_became(outcomes: list[Outcome], back: str, title: str, undo: str | None) -> str:
    can_be_repeated = title == _MARKED
    return render_template(
        "order_edit/outcomes.html",
        outcomes=outcomes,
        done=sum(outcome.is_done for outcome in outcomes),
        open_ids=[outcome.order_id for outcome in outcomes if outcome.is_open and can_be_repeated],
        title=title,
        undo=undo,
        back=back,
        list_address=_list_address(back),
    )


def _ids(texts: list[str]) -> list[int]:
    found = (parse_id(text) for text in texts[: shipping.MOST_AT_ONCE])
    return list(dict.fromkeys(order_id for order_id in found if order_id is not None))


def _list_address(back: str) -> str:
    address = url_for("browse_list.index")
    # Read and written again, because a header of an answer takes no line breaks.
    return f"{address}?{urlencode(parse_qsl(back))}" if back else address


def _undo_address(done: list[Outcome]) -> str:
    named = [f"{outcome.order_id}-{outcome.before}" for outcome in done]
    return url_for("order_edit_shipping.take_back", order=named)


def _ring() -> Keyring:
    ring: Keyring = current_app.extensions["keyring"]
    return ring
