"""Pages: one order with everything it posted, the review of a line, and restocking a trashed order."""

import json
import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict, Invalid
from writer.orders.browse import forms, queries
from writer.orders.record import get_order, list_changes, review_line
from writer.orders.record import put_back as put_order_back
from writer.people import auth
from writer.sales import product_types
from writer.web.paging import asked_page

bp = Blueprint("browse", __name__, template_folder="templates")
_LINES_SHOWN = 100
_POSTED_SHOWN = 50


@bp.get("/orders/<int:order_id>")
def show(order_id: int) -> str:
    """Show one order: its data, lines, refunds, what it posted, and why."""
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
    flash(f"The line is reviewed. {sentence}", "success")
    return redirect(url_for("browse.show", order_id=order_id, page=request.args.get("page")), 303)


@bp.post("/orders/<int:order_id>/put-back")
def put_back(order_id: int) -> Response:
    """Put back into stock the units that an order in the trash still keeps out of stock."""
    try:
        with transaction() as db:
            flash(put_order_back(db, auth.store_scope(), auth.actor().name, order_id), "success")
    except Conflict as error:
        flash(error.sentence, "warning")
    return redirect(url_for("browse.show", order_id=order_id), 303)


def _order_page(order_id: int, line_id: int | None = None, form: forms.ReviewForm | None = None) -> str:
    """Render an order; `form` is the invalid form of the line `line_id`."""
    store_scope = auth.store_scope()
    with reading() as db:
        order = get_order(db, store_scope, order_id)
        page = asked_page(queries.count_lines(db, store_scope, order_id), size=_LINES_SHOWN)
        lines = queries.page_of_lines(db, store_scope, order_id, page.size, page.offset)
        facts = {
            "page": page,
            "lines": lines,
            "ignored": {
                line.id for line in lines if line.model is None and product_types.is_ignored(db, line.sku)
            },
            "refunds": queries.list_refunds(db, store_scope, order_id),
            "posted": queries.list_posted(db, store_scope, order_id, _POSTED_SHOWN),
            "posted_sum": queries.sum_posted(db, store_scope, order_id),
            "events": queries.list_events(db, store_scope, order_id),
            "statuses": list_changes(db, order),
        }
    unsent = session.pop("unsent_note", None)
    return render_template(
        "browse/show.html",
        order=order,
        refused_line=line_id,
        refused=form,
        empty_form=forms.ReviewForm(formdata=None),
        units_of_refund=_units_of_refund,
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
