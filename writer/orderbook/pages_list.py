"""Pages: the list of orders with its saved views, the part of it that refreshes itself, its export."""

from flask import Blueprint, Response, render_template, request

from writer import accounts, clock
from writer.db import database, reading
from writer.errors import Invalid
from writer.orderbook import asked, daily, export, queries
from writer.orderbook.listing import NEWEST
from writer.paging import asked_page

bp = Blueprint("orders_list", __name__, template_folder="templates")


@bp.get("/orders")
def index() -> str:
    """List orders as the address asks; with `part=list` only what changes, without the page round it."""
    filters, sight, sort = asked.filters(), accounts.sight(), asked.sort()
    sorting, refusal = asked.SORTINGS[sort][1], ""
    with reading() as db:
        page = asked_page(queries.count_orders(db, sight, filters))
        try:
            rows = queries.list_orders(db, sight, filters, page.size, page.offset, sorting)
        except Invalid as error:
            sort, refusal = "newest", error.sentence
            rows = queries.list_orders(db, sight, filters, page.size, page.offset, NEWEST)
        counts, shops = daily.count_by_status(db, sight), queries.list_stores(db, sight)
    is_part = request.args.get("part") == "list"
    return render_template(
        "orderbook/_list.html" if is_part else "orderbook/index.html",
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
    """Download what the filter leaves as CSV."""
    headers = {"Content-Disposition": f"attachment; filename=orders-{clock.now():%Y-%m-%d}.csv"}
    found = export.lines(database(), accounts.sight(), asked.filters())
    return Response(found, mimetype="text/csv", headers=headers)
