"""Page: the audit trail."""

from flask import Blueprint, render_template, request

from writer.db import reading
from writer.people import auth
from writer.people.audit import forms, queries
from writer.web.paging import asked_page

bp = Blueprint("audit", __name__, template_folder="templates")


@bp.get("/audit")
def entries() -> str:
    """Show who changed what, newest first, filtered by the query string."""
    wanted, store_scope = forms.asked(), auth.store_scope()
    with reading() as db:
        page = asked_page(queries.count_entries(db, store_scope, wanted))
        rows = queries.list_entries(db, store_scope, wanted, page.size, page.offset)
        actors, actions_seen = queries.list_actors(db, store_scope), queries.list_actions(db, store_scope)
    return render_template(
        "audit/entries.html",
        entries=[(row, queries.changes(row)) for row in rows],
        page=page,
        actors=actors,
        actions=actions_seen,
        asked=request.args,
    )
