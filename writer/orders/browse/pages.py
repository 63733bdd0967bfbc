"""Pages: one order with everything it counted, the review of a line, notes of staff, and restocking."""

import json
import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict, Invalid
from writer.orders.browse import forms, one_order, position, states
from writer.orders.record import UNPAID, add_staff_note, get_order, review_line
from writer.orders.record import put_back as put_order_back
from writer.people import auth
from writer.web import toasts

bp = Blueprint("browse", __name__, template_folder="templates")


@bp.get("/orders/<int:order_id>")
def show(order_id: int) -> str:
    """Show one order: its items, where it goes to, what happened, and what it counts."""
    return _order_page(order_id)


@bp.post("/orders/<int:order_id>/lines/<int:line_id>/review")
def review(order_id: int, line_id: int) -> Response | tuple[str, int]:
    """Count a line with the quantity that a person entered."""
    form = forms.ReviewForm()
    if not form.validate_on_submit():
        return _order_page(order_id, line_id, form), 422
    try:
        with transaction() as db:
            who, units = auth.actor().name, form.quantity.data or 0
            sentence = review_line(db, auth.store_scope(), who, order_id, line_id, units)
    except Invalid as error:
        form.quantity.errors = [error.errors["quantity"]]
        return _order_page(order_id, line_id, form), 422
    toasts.say(f"The line is reviewed. {sentence}")
    return redirect(_address(order_id, page=request.args.get("page")), 303)


@bp.post("/orders/<int:order_id>/put-back")
def put_back(order_id: int) -> Response:
    """Put back into stock the units that an order in the trash still keeps out of stock."""
    try:
        with transaction() as db:
            toasts.say(put_order_back(db, auth.store_scope(), auth.actor().name, order_id))
    except Conflict as error:
        flash(error.sentence, "warning")
    return redirect(_address(order_id), 303)


@bp.post("/orders/<int:order_id>/staff-notes")
def note(order_id: int) -> Response:
    """Keep a note about the order that only staff see."""
    try:
        with transaction() as db:
            text = request.form.get("text", "")
            add_staff_note(db, auth.store_scope(), auth.actor().name, order_id, text)
        toasts.say("Noted. Only staff see it.")
    except Invalid as error:
        flash(" ".join([error.sentence, *error.errors.values()]), "warning")
    return redirect(_address(order_id) + "#happened", 303)


def _address(order_id: int, **more: Any) -> str:
    return url_for("browse.show", order_id=order_id, **position.kept(), **more)


def _order_page(order_id: int, line_id: int | None = None, form: forms.ReviewForm | None = None) -> str:
    """Render an order; `form` is the invalid form of the line `line_id`."""
    store_scope = auth.store_scope()
    with reading() as db:
        order = get_order(db, store_scope, order_id)
        facts = one_order.read(db, store_scope, order)
    unsent = session.pop("unsent_note", None)
    return render_template(
        "browse/show.html",
        order=order,
        payment=states.payment(order),
        shipping=states.shipping(order),
        can_change=one_order.can_be_changed(order),
        unpaid=UNPAID,
        kept=position.kept(),
        refused_line=line_id,
        refused=form,
        empty_form=forms.ReviewForm(formdata=None),
        units_of_refund=_units_of_refund,
        shows_counted=bool(request.args.get("counted")),
        unsent=unsent if unsent and unsent["order_id"] == order_id else None,
        note_token=secrets.token_hex(16),
        admin_url=_admin_url(order),
        **facts,
    )


def _units_of_refund(refund: Any) -> int | None:
    """Return the units of a refund, None while only its amount is known."""
    return None if refund.lines is None else sum(json.loads(refund.lines).values())


def _admin_url(order: Any) -> str | None:
    """Return the address of the order in its store's WordPress admin; None if it has no page there."""
    if not order.external_id.isdecimal():
        return None
    shop = order.base_url or f"https://{order.source}"
    return f"{shop.rstrip('/')}/wp-admin/post.php?post={order.external_id}&action=edit"
