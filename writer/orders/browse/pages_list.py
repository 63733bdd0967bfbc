"""Pages: the list of orders with its saved views, its part that refreshes itself, and its export."""

from flask import Blueprint, Response, render_template, request

from writer.db import database, reading
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.orders.browse import asked, daily, export, queries
from writer.orders.browse.filters import NEWEST
from writer.people import auth
from writer.web.paging import asked_page

bp = Blueprint("browse_list", __name__, template_folder="templates")


@bp.get("/orders")
def index() -> str:
    """List orders; with `part=list` return only the part that refreshes, without the page around it."""
    filters, store_scope, sort = asked.filters(), auth.store_scope(), asked.sort()
    sorting, refusal = asked.SORTINGS[sort][1], ""
    with reading() as db:
        page = asked_page(queries.count_orders(db, store_scope, filters))
        try:
            rows = queries.list_orders(db, store_scope, filters, page.size, page.offset, sorting)
        except Invalid as error:
            sort, refusal = "newest", error.sentence
            rows = queries.list_orders(db, store_scope, filters, page.size, page.offset, NEWEST)
        counts, shops = daily.count_by_status(db, store_scope), queries.list_stores(db, store_scope)
    is_part = request.args.get("part") == "list"
    return render_template(
        "browse/_list.html" if is_part else "browse/index.html",
        rows=rows,
        page=page,
        counts=counts,
        shops=shops,
        filters=filters,
        sort=sort,
        sortings=asked.SORTINGS,
        views=asked.VIEWS,
        refusal=refusal,
        kept=asked.kept(),
        asked=request.args,
    )


@bp.get("/orders.csv")
def download() -> Response:
    """Download the filtered orders as CSV."""
    headers = {"Content-Disposition": f"attachment; filename=orders-{clock.now():%Y-%m-%d}.csv"}
    found = export.lines(database(), auth.store_scope(), asked.filters())
    return Response(found, mimetype="text/csv", headers=headers)
