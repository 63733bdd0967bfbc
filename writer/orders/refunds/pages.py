"""Page: the refunds of all orders, with their order, reason, units and money."""

import json
from typing import Any

from flask import Blueprint, render_template, request

from writer.db import parse_id, reading
from writer.orders.refunds import queries
from writer.people import auth
from writer.web.paging import asked_page

bp = Blueprint("refunds", __name__, template_folder="templates")


@bp.get("/orders/refunds")
def index() -> str:
    """List refunds, newest first; `store` leaves those of one store."""
    store_scope, store_id = auth.store_scope(), parse_id(request.args.get("store", ""))
    with reading() as db:
        page = asked_page(queries.count_refunds(db, store_scope, store_id))
        rows = queries.list_refunds(db, store_scope, store_id, page.size, page.offset)
        sums = queries.sum_refunds(db, store_scope, store_id)
        shops = queries.list_stores(db, store_scope)
    return render_template(
        "refunds/index.html",
        page=page,
        rows=rows,
        sums=sums,
        shops=shops,
        store_id=store_id,
        units_of=_units_of,
    )


def _units_of(refund: Any) -> int | None:
    """Return the units of a refund; None while only its amount is known."""
    return None if refund.lines is None else sum(json.loads(refund.lines).values())
