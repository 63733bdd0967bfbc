"""Pages: a person's saved views of the list of orders; saving, renaming and deleting them."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict, Invalid
from writer.orders.browse import asked
from writer.orders.saved_views import actions, queries
from writer.people import auth
from writer.web import toasts

bp = Blueprint("saved_views", __name__, template_folder="templates")


@bp.get("/orders/saved-views")
def index() -> str:
    """List the person's views; with the parameters of a list also ask for the name to save it under."""
    return _page(asked.as_view(request.query_string.decode("utf-8", "replace")))


@bp.post("/orders/saved-views")
def save() -> Response | tuple[str, int]:
    """Save the list of `query` under `name`."""
    query, name = asked.as_view(request.form.get("query", "")), request.form.get("name", "")
    try:
        with transaction() as db:
            actions.save(db, _user_id(), name, query)
    except (Invalid, Conflict) as error:
        return _page(query, name, error.errors.get("name", error.sentence)), 422
    toasts.say("The view is saved.")
    return redirect(f"{url_for('browse_list.index')}?{query}", 303)


@bp.post("/orders/saved-views/<int:view_id>/rename")
def rename(view_id: int) -> Response | tuple[str, int]:
    """Give a view another name."""
    try:
        with transaction() as db:
            actions.rename(db, _user_id(), view_id, request.form.get("name", ""))
    except Invalid as error:
        return _page("", wrong_view=view_id, error=error.errors["name"]), 422
    toasts.say("The view is renamed.")
    return redirect(url_for("saved_views.index"), 303)


@bp.post("/orders/saved-views/<int:view_id>/delete")
def delete(view_id: int) -> Response:
    """Delete a view; the orders that it showed stay."""
    with transaction() as db:
        name = actions.remove(db, _user_id(), view_id)
    toasts.say(f"The view “{name}” is deleted.")
    return redirect(url_for("saved_views.index"), 303)


def _user_id() -> int:
    user_id = auth.actor().user_id
    if user_id is None:
        raise Conflict("Only a person has saved views.")
    return user_id


def _page(query: str, name: str = "", error: str | None = None, wrong_view: int | None = None) -> str:
    with reading() as db:
        rows = queries.list_views(db, auth.actor().user_id)
    return render_template(
        "saved_views/index.html", rows=rows, query=query, name=name, error=error, wrong_view=wrong_view
    )
