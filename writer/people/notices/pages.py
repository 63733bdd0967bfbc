"""Pages: the notices somebody should look at."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.people import auth
from writer.people.notices import actions, queries
from writer.web.paging import asked_page

bp = Blueprint("notices", __name__, template_folder="templates")


@bp.get("/notices")
def index() -> str:
    """Show the open notices, or with ?closed=1 those that were closed."""
    shows_closed, store_scope = request.args.get("closed") == "1", auth.store_scope()
    with reading() as db:
        closed = asked_page(queries.count_closed_notices(db, store_scope))
        rows = (
            queries.list_closed_notices(db, store_scope, closed.size, closed.offset)
            if shows_closed
            else queries.list_notices(db, store_scope)
        )
        count = queries.count_notices(db, store_scope)
    return render_template(
        "notices/index.html", rows=rows, open=count, page=closed, shows_closed=shows_closed
    )


@bp.post("/notices/<int:notice_id>/dismiss")
def dismiss(notice_id: int) -> Response:
    """Close a notice; it opens again when its cause comes back."""
    with transaction() as db:
        actions.dismiss(db, auth.store_scope(), auth.actor().name, notice_id)
    flash("The notice is dismissed. It comes back if its cause does.", "success")
    return redirect(url_for("notices.index"), 303)
