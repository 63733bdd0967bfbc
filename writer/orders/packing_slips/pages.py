"""Pages to be printed: the packing slip of one order, or of several, each on a sheet of its own."""

from flask import Blueprint, render_template, request, url_for

from writer.db import check_id, parse_id, reading
from writer.lib.errors import NotFound
from writer.orders.packing_slips import queries
from writer.people import auth

bp = Blueprint("packing_slips", __name__, template_folder="templates")
MOST_AT_ONCE = 200


@bp.get("/orders/<int:order_id>/packing-slip")
def show(order_id: int) -> str:
    """Show the packing slip of one order."""
    missing = "There is no such order."
    check_id(order_id, missing)
    with reading() as db:
        slips = queries.list_slips(db, auth.store_scope(), [order_id])
    if not slips:
        raise NotFound(missing)
    return _sheets(slips, url_for("browse.show", order_id=order_id), 0)


@bp.get("/orders/packing-slips")
def show_many() -> str:
    """Show the packing slips of the orders that `id` names, 200 at most, without those not to be seen."""
    asked = [parse_id(text) for text in request.args.getlist("id")]
    ids = list(dict.fromkeys(order_id for order_id in asked if order_id is not None))
    with reading() as db:
        slips = queries.list_slips(db, auth.store_scope(), ids[:MOST_AT_ONCE])
    return _sheets(slips, url_for("browse_list.index", view="to-ship"), len(ids) - len(slips))


def _sheets(slips: list[queries.Slip], back: str, left_out: int) -> str:
    return render_template("packing_slips/sheets.html", slips=slips, back=back, left_out=left_out)
