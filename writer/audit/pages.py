"""Pages: the audit trail, and the notices somebody should look at."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer import accounts
from writer.audit import actions, forms, queries
from writer.db import reading, transaction
from writer.paging import asked_page

bp = Blueprint("audit", __name__, template_folder="templates")


@bp.get("/audit")
def entries() -> str:
    """Show who changed what, newest first, filtered by the query string."""
    wanted, sight = forms.asked(), accounts.sight()
    with reading() as db:
        page = asked_page(queries.count_entries(db, sight, wanted))
        rows = queries.list_entries(db, sight, wanted, page.size, page.offset)
        actors, actions_seen = queries.list_actors(db, sight), queries.list_actions(db, sight)
    return render_template(
        "audit/entries.html",
        entries=[(row, queries.changes(row)) for row in rows],
        page=page,
        actors=actors,
        actions=actions_seen,
        asked=request.args,
    )


@bp.get("/notices")
def notices() -> str:
    """Show the open notices, or with ?closed=1 those that were closed."""
    shows_closed, sight = request.args.get("closed") == "1", accounts.sight()
    with reading() as db:
        closed = asked_page(queries.count_closed_notices(db, sight))
        rows = (
            queries.list_closed_notices(db, sight, closed.size, closed.offset)
            if shows_closed
            else queries.list_notices(db, sight)
        )
        count = queries.count_notices(db, sight)
    return render_template(
        "audit/notices.html", rows=rows, open=count, page=closed, shows_closed=shows_closed
    )


@bp.post("/notices/<int:notice_id>/dismiss")
def dismiss(notice_id: int) -> Response:
    """Close a notice; it opens again when its cause comes back."""
    with transaction() as db:
        actions.dismiss(db, accounts.sight(), accounts.actor().name, notice_id)
    flash("The notice is dismissed. It comes back if its cause does.", "success")
    return redirect(url_for("audit.notices"), 303)
