"""Pages: what was received and counted, each receipt and stock count, and taking one back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict
from writer.people import auth
from writer.stock import movements
from writer.stock.stocktake import documents, forms
from writer.web import toasts
from writer.web.paging import asked_page

bp = Blueprint("stocktake", __name__, template_folder="templates")


@bp.get("/stocktake")
def index() -> str:
    """List receipts and stock counts, newest first."""
    filters = forms.asked_documents()
    with reading() as db:
        counts = {
            view: documents.count_documents(db, documents.DocumentFilters(view, filters.text))
            for view in documents.VIEWS
        }
        page = asked_page(counts[filters.view])
        entries = documents.list_documents(db, filters, page.size, page.offset)
    return render_template(
        "stocktake/index.html",
        entries=entries,
        page=page,
        asked=filters,
        tabs=[_tab(view, counts[view], filters) for view in documents.VIEWS],
        things=documents.THINGS[filters.view],
    )


def _tab(view: str, count: int, filters: documents.DocumentFilters) -> dict[str, Any]:
    address = url_for("stocktake.index", view=None if view == "all" else view, q=filters.text or None)
    name = documents.VIEWS[view]
    return {"name": name, "href": address, "count": count, "is_here": view == filters.view}


@bp.get("/stocktake/<int:document_id>")
def show(document_id: int) -> Response | str:
    """Show one receipt or stock count, and what taking it back would do."""
    with reading() as db:
        document = documents.get_document(db, document_id)
        lines = documents.list_document_lines(db, document)
        planned = movements.plan_document(db, document_id)
    if document.takes_back_id is not None:
        return redirect(url_for("stocktake.show", document_id=document.takes_back_id))
    return render_template("stocktake/show.html", document=document, lines=lines, planned=planned)


@bp.post("/stocktake/<int:document_id>/take-back")
def take_back(document_id: int) -> Response:
    """Take back a receipt or a stock count as a whole."""
    try:
        with transaction() as db:
            done = movements.take_back_document(db, auth.actor().name, document_id)
    except Conflict as refused:
        flash(refused.sentence, "warning")
    else:
        toasts.say(done.outcome)
    return redirect(url_for("stocktake.show", document_id=document_id), 303)
