"""The page that explains the public total: the rows it is made of, by type, then month, then sale."""

from flask import Blueprint, render_template, request

from writer.db import reading
from writer.lib import clock
from writer.lib.errors import NotFound
from writer.people import auth
from writer.sales import public_page
from writer.sales.ledger import history
from writer.web import charts

bp = Blueprint("ledger_total", __name__, template_folder="templates")


@bp.get("/sales/total")
def total() -> str:
    """Show what the public total is made of; with a model, the months of that type."""
    if not auth.store_scope().is_all:
        # Its rows are of stores that this person may not see.
        return render_template("ledger/total_hidden.html")
    if "model" in request.args:
        return _months(request.args["model"], request.args.get("variant", ""))
    period = request.args.get("by", "day")
    period = period if period in history.PERIODS else "day"
    with reading() as db:
        explained = public_page.explain(db)
        sold = history.read(db, auth.store_scope(), period, clock.today())
    return render_template(
        "ledger/total.html",
        explained=explained,
        history=sold,
        wide=charts.draw(sold.bars, 720, 250),
        narrow=charts.draw(sold.bars[-12:], 340, 220),
    )


def _months(model: str, variant: str) -> str:
    with reading() as db:
        parts = public_page.explain(db).parts
        part = next((part for part in parts if (part.model, part.variant) == (model, variant)), None)
        if part is None:
            raise NotFound("Nothing of this type is in the ledger.")
        months = public_page.list_months(db, model, variant)
    return render_template("ledger/total_months.html", part=part, months=months)
