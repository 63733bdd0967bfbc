"""Pages: the differences of a store, what each side said before, and deciding them."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from writer import stores
from writer.db import reading, transaction
from writer.lib.errors import Conflict
from writer.people import auth
from writer.sync.differences import actions, queries
from writer.web import toasts
from writer.web.paging import asked_page

bp = Blueprint("differences", __name__, template_folder="templates")
MOST_ASKED = 50


@bp.get("/stores/<int:store_id>/differences")
def index(store_id: int) -> str:
    """Show what waits for an answer, then every difference of the store, newest first."""
    with reading() as db:
        store = stores.get(db, store_id)
        page = asked_page(queries.count_differences(db, store_id))
        return render_template(
            "differences/index.html",
            head=stores.head_of(db, store),
            store=store,
            asked=queries.list_differences(db, store_id, MOST_ASKED, only_undecided=True),
            rows=queries.list_differences(db, store_id, page.size, page.offset),
            page=page,
            policies=stores.DIFFERENCE_POLICIES,
        )


@bp.post("/stores/<int:store_id>/differences/<int:difference_id>")
@auth.admin_only
def decide(store_id: int, difference_id: int) -> Response:
    """Decide a difference that the owner was asked about: `do` is "ours" or "theirs"."""
    adopt = request.form.get("do") == "theirs"
    done, undo = "Your number is written there with the next update.", None
    if adopt:
        done = "Their number is your count now, and goes to every store."
        undo = url_for("differences.take_back", store_id=store_id, difference_id=difference_id)

    def act(db: Connection, who: str) -> None:
        actions.decide(db, who, difference_id, adopt)

    return _act(store_id, difference_id, act, done, undo)


@bp.post("/stores/<int:store_id>/differences/<int:difference_id>/take-back")
@auth.admin_only
def take_back(store_id: int, difference_id: int) -> Response:
    """Give the count back what it was before the store's number was taken over."""

    def act(db: Connection, who: str) -> None:
        actions.take_back(db, who, difference_id)

    return _act(store_id, difference_id, act, "Taken back: the count and every store become as before.")


def _act(
    store_id: int,
    difference_id: int,
    act: Callable[[Connection, str], None],
    done: str,
    undo: str | None = None,
) -> Response:
    try:
        with transaction() as db:
            queries.check_belongs(db, store_id, difference_id)
            act(db, auth.actor().name)
    except Conflict as error:
        flash(error.sentence, "warning")
    else:
        toasts.say(done, undo)
    return redirect(url_for("differences.index", store_id=store_id), 303)
