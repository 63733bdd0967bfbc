"""Pages: the stores, the first page of one, and switching it off and on."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.store_scope import StoreScope
from writer.people import auth
from writer.stores import woocommerce
from writer.stores.registry import queries, registry, settings
from writer.stores.registry.condition import conditions
from writer.stores.registry.hours import heartbeats
from writer.stores.registry.overview import cards_of, head_of
from writer.web import toasts
from writer.web.times import plural

bp = Blueprint("registry", __name__, template_folder="templates")


@bp.get("/stores")
def index() -> str:
    """List the stores with their last day; without any, say how to connect the first."""
    store_scope = auth.store_scope()
    with reading() as db:
        rows = queries.list_stores(db, store_scope)
        return render_template(
            "registry/index.html",
            rows=rows,
            conditions=conditions(db, rows),
            beats=heartbeats(db, store_scope),
            last_orders=queries.last_orders(db, [row.id for row in rows]),
            delivery_url=url_for("webhook.receive", _external=True),
            topics=woocommerce.TOPIC_NAMES,
        )


@bp.get("/stores/<int:store_id>")
def show(store_id: int) -> str:
    """Show how one store fares, its last day and order, and what to do."""
    with reading() as db:
        store = registry.get(db, store_id)
        return render_template(
            "registry/show.html",
            head=head_of(db, store),
            store=store,
            beats=heartbeats(db, StoreScope(frozenset({store.id})))[store.id],
            last_order=queries.last_orders(db, [store.id]).get(store.id),
            webhook_problems=queries.webhook_problems(store),
            cards=cards_of(db, store, auth.actor().role == "admin"),
        )


@bp.post("/stores/<int:store_id>/off")
@auth.admin_only
def switch_off(store_id: int) -> Response:
    """Hold what the store delivers from now on."""
    with transaction() as db:
        settings.switch(db, auth.actor().name, store_id, is_active=False)
    undo = url_for("registry.switch_on", store_id=store_id)
    toasts.say("The store is switched off: what it delivers is kept and held.", undo)
    return redirect(url_for("keys.show", store_id=store_id), 303)


@bp.post("/stores/<int:store_id>/on")
@auth.admin_only
def switch_on(store_id: int) -> Response:
    """Count what the store delivers again, what was held first."""
    with transaction() as db:
        released = settings.switch(db, auth.actor().name, store_id, is_active=True)
    held = f" {plural(released, 'held delivery was', 'held deliveries were')} processed." if released else ""
    toasts.say(f"The store is switched on.{held}")
    return redirect(url_for("keys.show", store_id=store_id), 303)
