"""Pages: what the stores delivered and what came of it; replay one, accept a source as a store."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer import accounts, audit
from writer.db import reading, transaction
from writer.deliveries import actions, forms, queries
from writer.errors import Conflict
from writer.paging import asked_page

bp = Blueprint("deliveries", __name__, template_folder="templates")


@bp.get("/deliveries")
def index() -> str:
    """List deliveries, newest first, filtered by the query string; and what waits to be accepted."""
    filters, sight = forms.asked_deliveries(), accounts.sight()
    with reading() as db:
        page = asked_page(queries.count_deliveries(db, sight, filters))
        rows = queries.list_deliveries(db, sight, filters, page.size, page.offset)
        held_sources = queries.list_held_sources(db, sight) if filters.outcome in ("", "held") else []
    return render_template(
        "deliveries/index.html",
        rows=rows,
        page=page,
        filters=filters,
        held_sources=held_sources,
        outcomes=queries.OUTCOMES,
        asked=request.args,
    )


@bp.get("/deliveries/<int:delivery_id>")
def show(delivery_id: int) -> str:
    """Show one delivery; admins see its body too."""
    with reading() as db:
        row = queries.get_delivery(db, accounts.sight(), delivery_id)
    return render_template("deliveries/show.html", row=row)


@bp.post("/deliveries/<int:delivery_id>/replay")
def replay(delivery_id: int) -> Response:
    """Process a delivery once more: an order's newest state is counted whatever comes again."""
    try:
        with transaction() as db:
            queries.get_delivery(db, accounts.sight(), delivery_id)
            effect = actions.replay(db, delivery_id)
            outcome = {"outcome": effect.outcome}
            who = accounts.actor().name
            audit.note(db, who, "delivery.replay", f"delivery {delivery_id}", None, outcome)
    except Conflict as error:
        flash(error.sentence, "warning")
    else:
        category = "warning" if effect.outcome == "failed" else "success"
        flash(f"Replayed: {effect.outcome}. {effect.sentence}", category)
    return redirect(url_for("deliveries.show", delivery_id=delivery_id), 303)


@bp.post("/deliveries/accept")
@accounts.admin_only
def accept() -> Response:
    """Make a held source a store and process what it delivered."""
    source = request.form.get("source", "").replace("\0", "")
    with transaction() as db:
        count = actions.accept_source(db, accounts.actor().name, source)
    things = "delivery was" if count == 1 else "deliveries were"
    flash(f"{source} is a store now, and {count} held {things} processed.", "success")
    return redirect(url_for("stores.index"), 303)
