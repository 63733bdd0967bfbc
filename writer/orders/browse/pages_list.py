"""Pages: the list of orders with its views, its part that refreshes itself, and what leaves it as a file."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from writer.db import database, reading
from writer.lib import clock
from writer.lib.store_scope import StoreScope
from writer.orders.browse import asked, daily, export, queries, shown, states
from writer.orders.browse.shown import Shown
from writer.orders.browse.views import ALL, VIEWS
from writer.orders.record import to_ship
from writer.orders.saved_views import queries as saved
from writer.people import auth

bp = Blueprint("browse_list", __name__, template_folder="templates")
_MOST_OFFERED = 12  # SKUs to choose from in the filter


@bp.get("/orders")
def index() -> str:
    """List orders; with `part=list` return only the part that refreshes, without the page around it."""
    store_scope = auth.store_scope()
    is_part = request.args.get("part") == "list"
    with reading() as db:
        page = shown.read(db, store_scope)
        shops = queries.list_stores(db, store_scope)
        around = {} if is_part else _around(db, store_scope, page)
    return render_template(
        "browse/_list.html" if is_part else "browse/index.html",
        page=page,
        shops=shops,
        heads=_heads(page),
        searched=replace(page.filters, view=ALL),
        late_before=clock.now() - to_ship.LATE_AFTER,
        payment=states.payment,
        shipping=states.shipping,
        place_of=states.place_of,
        asked=request.args,
        address=_address,
        list_of=asked.of_list(),
        **around,
    )


def _around(db: Connection, store_scope: StoreScope, page: Shown) -> dict[str, Any]:
    """Return what the page shows around the list: its views and filters."""
    by_status = daily.count_by_status(db, store_scope)
    counts = {
        "to-ship": to_ship.count_to_ship(db, store_scope),
        "late": to_ship.count_late(db, store_scope),
        "unpaid": to_ship.count_unpaid(db, store_scope),
        "all": sum(by_status.values()),
    }
    return {
        "views": _views(page, counts, saved.list_views(db, auth.actor().user_id)),
        "statuses": by_status,
        "customer": queries.find_customer(db, store_scope, page.filters.customer_of),
        "within": asked.WITHIN,
        "placed": asked.days_in_words(),
        "kept": [(name, value) for name, value in asked.of_list().items() if name != "q"],
        "refreshed": shown.refresh_parameters(),
        "back": urlencode(asked.of_list()),
        "countries": sorted({found for row in page.rows if (found := row.ship_country)}),
        "skus": sorted({line.sku for lines in page.items.values() for line in lines if line.sku})[
            :_MOST_OFFERED
        ],
    }


@bp.get("/orders.csv")
def download() -> Response:
    """Download the filtered orders, or those ticked, as CSV."""
    headers = {"Content-Disposition": f"attachment; filename=orders-{clock.now():%Y-%m-%d}.csv"}
    found = export.lines(database(), auth.store_scope(), asked.filters())
    return Response(found, mimetype="text/csv", headers=headers)


@bp.post("/orders/ticked/<any(export, packing_slips):what>")
def ticked(what: str) -> AnyResponse:
    """Lead from the ticked rows of the list to their file or their packing slips.

    A form of the list can be posted only, and must not carry its token into an address.
    """
    ids = asked.ticked(request.form.getlist("id"))
    if not ids:
        return redirect(url_for("browse_list.index"), 303)
    path = url_for("browse_list.download") if what == "export" else "/orders/packing-slips"
    query = "&".join(f"id={order_id}" for order_id in ids)
    return redirect(f"{path}?{query}", 303)


def _address(**changes: Any) -> str:
    """Return the address of this list with some parameters changed; None leaves one out."""
    return url_for("browse_list.index", **asked.with_changes(**changes))


def _views(page: Shown, counts: dict[str, int], saved_views: list[Any]) -> list[dict[str, Any]]:
    """Return the tabs: the views that everybody has, then those that this person saved."""
    here = asked.as_view(request.query_string.decode("utf-8", "replace"))
    is_saved = any(view.query == here for view in saved_views)
    entries = [
        {
            "name": view.label,
            "href": url_for("browse_list.index", view=None if view is ALL else view.key),
            "count": counts.get(view.key),
            "is_here": view is page.filters.view and not is_saved,
            "is_todo": view.key == "late",
        }
        for view in VIEWS.values()
    ]
    mine = [
        {
            "name": view.name,
            "href": f"{url_for('browse_list.index')}?{view.query}",
            "count": None,
            "is_here": view.query == here,
            "is_todo": False,
        }
        for view in saved_views
    ]
    return entries[:-1] + mine + entries[-1:]


def _heads(page: Shown) -> dict[str, tuple[str, str | None]]:
    """Return the address that each column sorts by, and how the list is sorted by it now."""
    heads: dict[str, tuple[str, str | None]] = {}
    for name, by in asked.SORTS.items():
        is_here = page.sorting.by == by
        descends = not page.sorting.is_descending if is_here else by != "status"
        changes = {"sort": name, "dir": "desc" if descends else "asc"}
        way = None
        if is_here:
            way = "descending" if page.sorting.is_descending else "ascending"
        heads[name] = (_address(**changes), way)
    return heads
