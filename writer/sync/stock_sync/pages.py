"""Pages of the stock sync of a store: how far it is, its listings, its rules; and one failure."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from writer import stores
from writer.db import reading, transaction
from writer.lib.errors import Conflict, Invalid
from writer.people import auth
from writer.sync.stock_sync import actions, queries
from writer.sync.stock_sync.forms import RulesForm
from writer.web import toasts
from writer.web.paging import asked_page

bp = Blueprint("stock_sync", __name__, template_folder="templates")

SOON = "within two seconds if the worker runs, else with the next minute's update"
_RULES = ("buffer", "difference_policy", "restocks_refunds", "manages_stock", "poll_interval_s")


@bp.get("/stores/<int:store_id>/stock-sync")
def show(store_id: int) -> str:
    """Show how far the store's stock is, its listings by filter, and its rules."""
    return _page(store_id)


@bp.post("/stores/<int:store_id>/rules")
@auth.admin_only
def change_rules(store_id: int) -> Response | tuple[str, int]:
    """Change by which rules the store's stock is updated."""
    form = RulesForm()
    if not form.validate_on_submit():
        return _page(store_id, form), 422
    try:
        with transaction() as db:
            who = auth.actor().name
            stores.change_rules(db, who, store_id, **{name: form[name].data for name in _RULES})
    except Invalid as error:
        for name, sentence in error.errors.items():
            form[name].errors = [sentence]
        return _page(store_id, form), 422
    toasts.say("The rules are saved; the next update goes by them.")
    return _back(store_id)


@bp.post("/stores/<int:store_id>/stock-sync/now")
def push_now(store_id: int) -> Response:
    """Let every listing of a store be compared and updated at once."""
    return _act(store_id, actions.push_now, f"Every listing is compared with the count {SOON}.")


@bp.post("/stores/<int:store_id>/stock-sync/pause")
@auth.admin_only
def pause(store_id: int) -> Response:
    """Leave a store alone until it is resumed."""

    def act(db: Connection, who: str, known: int) -> None:
        actions.pause(db, who, known, f"{who} paused it.")

    undo = url_for("stock_sync.resume", store_id=store_id)
    return _act(store_id, act, "Paused: the store is neither read nor written until you resume.", undo)


@bp.post("/stores/<int:store_id>/stock-sync/resume")
@auth.admin_only
def resume(store_id: int) -> Response:
    """Go on with a paused store."""
    return _act(store_id, actions.resume, f"Resumed. What changed meanwhile is sent {SOON}.")


@bp.post("/stores/<int:store_id>/confirm", endpoint="confirm_first")
@bp.post("/stores/<int:store_id>/stock-sync/confirm")
@auth.admin_only
def confirm(store_id: int) -> Response:
    """Let the large change that waits go out."""
    return _act(store_id, actions.confirm_mass_change, f"Confirmed: it goes out {SOON}.")


@bp.post("/stores/<int:store_id>/stock-sync/listings/<int:listing_id>")
def retry_listing(store_id: int, listing_id: int) -> Response:
    """Let one listing be compared and updated at once."""

    def act(db: Connection, who: str, known: int) -> None:
        actions.retry_listing(db, who, known, listing_id)

    return _act(store_id, act, f"It is compared and updated {SOON}.")


@bp.get("/stock-sync/<int:failure_id>")
def show_failure(failure_id: int) -> str:
    """Show one failure: what, why, how often, and when it is tried again."""
    with reading() as db:
        row = queries.get_failure(db, auth.store_scope(), failure_id)
    return render_template("stock_sync/failure.html", row=row, soon=SOON)


@bp.post("/stock-sync/<int:failure_id>/retry")
def retry(failure_id: int) -> Response:
    """Let what failed be tried at once."""
    return _act_on_failure(failure_id, actions.retry, f"It is tried again {SOON}.")


@bp.post("/stock-sync/<int:failure_id>/give-up")
@auth.admin_only
def give_up(failure_id: int) -> Response:
    """Leave a listing alone until its count changes, a store until it is resumed."""
    return _act_on_failure(failure_id, actions.give_up, "Given up.")


def _page(store_id: int, form: RulesForm | None = None) -> str:
    which, text = request.args.get("show", ""), request.args.get("q", "").strip()[:100]
    which = which if which in queries.LISTINGS else "all"
    with reading() as db:
        health = queries.health(db, store_id)
        page = asked_page(queries.count_listings(db, store_id, which, text))
        return render_template(
            "stock_sync/show.html",
            head=stores.head_of(db, health.store),
            health=health,
            store=health.store,
            rows=queries.list_listings(db, store_id, which, text, page.size, page.offset),
            page=page,
            which=which,
            text=text,
            filters=queries.LISTINGS,
            form=form or RulesForm(formdata=None, obj=health.store),
            policies=stores.DIFFERENCE_POLICIES,
            soon=SOON,
        )


def _act(
    store_id: int, act: Callable[[Connection, str, int], Any], done: str, undo: str | None = None
) -> Response:
    """Do it in one transaction, say how it went, and show the store's page again."""
    try:
        with transaction() as db:
            act(db, auth.actor().name, store_id)
    except Conflict as error:
        flash(error.sentence, "warning")
    else:
        toasts.say(done, undo)
    return _back(store_id)


def _act_on_failure(failure_id: int, act: Callable[[Connection, str, int], Any], done: str) -> Response:
    try:
        with transaction() as db:
            queries.get_failure(db, auth.store_scope(), failure_id)
            act(db, auth.actor().name, failure_id)
    except Conflict as error:
        flash(error.sentence, "warning")
    else:
        toasts.say(done)
    return redirect(url_for("stock_sync.show_failure", failure_id=failure_id), 303)


def _back(store_id: int) -> Response:
    return redirect(url_for("stock_sync.show", store_id=store_id), 303)
