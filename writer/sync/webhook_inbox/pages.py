"""Pages: what the stores delivered and what came of it; replay one, accept a source as a store."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Conflict
from writer.people import audit, auth
from writer.sync.webhook_inbox import actions, forms, queries
from writer.web.paging import asked_page

bp = Blueprint("webhook_inbox", __name__, template_folder="templates")


@bp.get("/webhook-inbox")
def index() -> str:
    """List deliveries, newest first, filtered by the query string; and what waits to be accepted."""
    filters, store_scope = forms.asked_deliveries(), auth.store_scope()
    with reading() as db:
        page = asked_page(queries.count_deliveries(db, store_scope, filters))
        rows = queries.list_deliveries(db, store_scope, filters, page.size, page.offset)
        held_sources = queries.list_held_sources(db, store_scope) if filters.outcome in ("", "held") else []
    return render_template(
        "webhook_inbox/index.html",
        rows=rows,
        page=page,
        filters=filters,
        held_sources=held_sources,
        outcomes=queries.OUTCOMES,
        asked=request.args,
    )


@bp.get("/webhook-inbox/<int:delivery_id>")
def show(delivery_id: int) -> str:
    """Show one delivery; admins see its body too."""
    with reading() as db:
        row = queries.get_delivery(db, auth.store_scope(), delivery_id)
    return render_template("webhook_inbox/show.html", row=row)


@bp.post("/webhook-inbox/<int:delivery_id>/replay")
def replay(delivery_id: int) -> Response:
    """Process a delivery once more: an order's newest state is counted whatever comes again."""
    try:
        with transaction() as db:
            queries.get_delivery(db, auth.store_scope(), delivery_id)
            effect = actions.replay(db, delivery_id)
            outcome = {"outcome": effect.outcome}
            who = auth.actor().name
            audit.note(db, who, "delivery.replay", f"delivery {delivery_id}", None, outcome)
    except Conflict as error:
        flash(error.sentence, "warning")
    else:
        category = "warning" if effect.outcome == "failed" else "success"
        flash(f"Replayed: {effect.outcome}. {effect.sentence}", category)
    return redirect(url_for("webhook_inbox.show", delivery_id=delivery_id), 303)


@bp.post("/webhook-inbox/accept")
@auth.admin_only
def accept() -> Response:
    """Make a held source a store and process what it delivered."""
    source = request.form.get("source", "").replace("\0", "")
    with transaction() as db:
        count = actions.accept_source(db, auth.actor().name, source)
    things = "delivery was" if count == 1 else "deliveries were"
    flash(f"{source} is a store now, and {count} held {things} processed.", "success")
    return redirect(url_for("registry.index"), 303)
