"""Pages: what the revenue of any days is made of, day by day and order by order, also as CSV."""

from flask import Blueprint, Response, current_app, render_template, request, url_for

from writer import orders
from writer.db import Database, reading
from writer.people import auth
from writer.reports.revenue import export
from writer.reports.revenue.figures import Together, add_up, earned
from writer.reports.revenue.ranges import CHOICES, Range
from writer.web.paging import asked_page

bp = Blueprint("revenue", __name__, template_folder="templates")


@bp.get("/revenue")
def index() -> str:
    """Show revenue, orders and units of some days, and the orders whose sum they are."""
    chosen, store_scope = Range.asked(request.args), auth.store_scope()
    with reading() as db:
        parts = earned(db, store_scope, chosen)
        total = add_up(of_part for _, of_part in parts)
        currency = _asked_currency() if _asked_currency() in total else None
        shown = {name: of_it for name, of_it in total.items() if currency in (None, name)}
        page = asked_page(sum(of_it.orders for of_it in shown.values()))
        rows = orders.list_earning(db, store_scope, chosen.span, currency, page.size, page.offset)
    return render_template(
        "revenue/index.html",
        chosen=chosen,
        entries=_entries(chosen, currency),
        parts=[
            (part, Together.of(of_part, shown)) for part, of_part in reversed(parts) if of_part.keys() & shown
        ],
        shown=shown,
        together=Together.of(total, shown),
        currencies=list(total),
        currency=currency,
        rows=rows,
        page=page,
    )


@bp.get("/revenue.csv")
def download() -> Response:
    """Download those orders as CSV."""
    chosen, database = Range.asked(request.args), current_app.extensions["database"]
    assert isinstance(database, Database)
    name = f"revenue-{chosen.first_on}-{chosen.last_on}.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    lines = export.as_csv(database, auth.store_scope(), chosen, _asked_currency())
    return Response(lines, mimetype="text/csv", headers=headers)


def _entries(chosen: Range, currency: str | None) -> list[tuple[str, str, bool]]:
    return [
        (label, url_for("revenue.index", range=name, currency=currency), chosen.choice == name)
        for name, label in CHOICES.items()
    ]


def _asked_currency() -> str | None:
    # PostgreSQL refuses NUL in text; no currency has one.
    return request.args.get("currency", "").replace("\0", "") or None
