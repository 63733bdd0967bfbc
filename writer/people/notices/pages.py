"""Pages: the notices somebody should look at, and those that are resolved."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.people import auth
from writer.people.notices import actions, queries
from writer.people.notices.kinds import Notice
from writer.people.notices.queries import Filters
from writer.web import toasts
from writer.web.paging import asked_page

bp = Blueprint("notices", __name__, template_folder="templates")

_KINDS = {notice.kind for notice in Notice}


@bp.get("/notices")
def index() -> str:
    """Show the open notices, or with ?closed=1 the resolved ones; ?kind= leaves those of one kind."""
    kind, store_scope = request.args.get("kind", ""), auth.store_scope()
    which = Filters(request.args.get("closed") == "1", kind if kind in _KINDS else "")
    with reading() as db:
        counts = {
            is_closed: queries.count(db, store_scope, Filters(is_closed, which.kind))
            for is_closed in (False, True)
        }
        page = asked_page(counts[which.is_closed])
        rows = queries.list_page(db, store_scope, which, page.size, page.offset)
    kept = which.kind or None
    views = [
        _view("Open", url_for("notices.index", kind=kept), counts[False], not which.is_closed),
        _view("Resolved", url_for("notices.index", kind=kept, closed=1), counts[True], which.is_closed),
    ]
    return render_template("notices/index.html", rows=rows, views=views, page=page, which=which)


@bp.post("/notices/<int:notice_id>/dismiss")
def dismiss(notice_id: int) -> Response:
    """Close a notice; it opens again when its cause comes back."""
    with transaction() as db:
        actions.dismiss(db, auth.store_scope(), auth.actor().name, notice_id)
    undo = url_for("notices.reopen", notice_id=notice_id)
    toasts.say("The notice is dismissed. It comes back if its cause does.", undo=undo)
    return redirect(url_for("notices.index"), 303)


@bp.post("/notices/<int:notice_id>/reopen")
def reopen(notice_id: int) -> Response:
    """Take back that a notice was dismissed."""
    with transaction() as db:
        actions.reopen(db, auth.store_scope(), notice_id)
    toasts.say("The notice is open again.")
    return redirect(url_for("notices.index"), 303)


def _view(name: str, href: str, count: int, is_here: bool) -> dict[str, object]:
    return {"name": name, "href": href, "count": count, "is_here": is_here, "is_todo": name == "Open"}
