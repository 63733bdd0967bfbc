"""Pages: the refunds of all orders, with their order, reason, units and money, and the same as CSV."""

from flask import Blueprint, Response, render_template, request

from writer.db import database, parse_id, reading
from writer.lib import clock
from writer.orders.refunds import export, queries
from writer.people import auth
from writer.web.paging import asked_page

bp = Blueprint("refunds", __name__, template_folder="templates")


@bp.get("/orders/refunds")
def index() -> str:
    """List refunds, newest first; `store` leaves those of one store."""
    store_scope, store_id = auth.store_scope(), parse_id(request.args.get("store", ""))
    with reading() as db:
        count, sums = queries.sum_refunds(db, store_scope, store_id)
        page = asked_page(count)
        rows = queries.list_refunds(db, store_scope, store_id, page.size, page.offset)
        shops = queries.list_stores(db, store_scope)
    return render_template(
        "refunds/index.html",
        page=page,
        rows=rows,
        sums=sums,
        shops=shops,
        store_id=store_id,
        units_of=export.units_of,
    )


@bp.get("/orders/refunds.csv")
def download() -> Response:
    """Download the listed refunds as CSV."""
    headers = {"Content-Disposition": f"attachment; filename=refunds-{clock.now():%Y-%m-%d}.csv"}
    found = export.lines(database(), auth.store_scope(), parse_id(request.args.get("store", "")))
    return Response(found, mimetype="text/csv", headers=headers)
