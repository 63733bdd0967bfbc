"""Pages about pushing: what fails, how a store is doing, its listings and differences, and buttons."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from writer import stores
from writer.db import reading, transaction
from writer.lib.errors import Conflict
from writer.people import auth
from writer.sync import differences
from writer.sync.push_status import actions, queries
from writer.web.paging import asked_page

bp = Blueprint("push_status", __name__, template_folder="templates")

SOON = "within two seconds if the worker runs, else with the next minute's push"
LATEST = 5


@bp.get("/push-status")
def index() -> str:
    """List what fails, or failed, in the stores that are seen."""
    which = _chosen("show", queries.FAILURES)
    asked = request.args.get("store", "")
    store_id = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else None
    store_scope = auth.store_scope()
    with reading() as db:
        counts = {name: queries.count_failures(db, store_scope, name, store_id) for name in queries.FAILURES}
        page = asked_page(counts[which])
        return render_template(
            "push_status/failures.html",
            rows=queries.list_failures(db, store_scope, which, store_id, page.size, page.offset),
            shops=stores.list_stores(db, store_scope),
            page=page,
            counts=counts,
            which=which,
            filters=queries.FAILURES,
            store_id=store_id,
            soon=SOON,
        )


@bp.post("/push-status/<int:failure_id>/retry")
def retry(failure_id: int) -> Response:
    """Let what failed be tried at once."""
    return _act_on_failure(failure_id, actions.retry, f"It is tried again {SOON}.")


@bp.post("/push-status/<int:failure_id>/give-up")
@auth.admin_only
def give_up(failure_id: int) -> Response:
    """Leave a listing alone until its count changes, a store until it is resumed."""
    return _act_on_failure(failure_id, actions.give_up, "Given up.")


@bp.get("/stores/<int:store_id>/push-status")
def show(store_id: int) -> str:
    """Show how pushing to a store is doing, its listings by filter, and its latest differences."""
    which, text = _chosen("show", queries.LISTINGS), request.args.get("q", "").strip()[:100]
    with reading() as db:
        health = queries.health(db, store_id)
        page = asked_page(queries.count_listings(db, store_id, which, text))
        return render_template(
            "push_status/show.html",
            health=health,
            store=health.store,
            says=stores.webhook_problems(health.store),
            rows=queries.list_listings(db, store_id, which, text, page.size, page.offset),
            page=page,
            which=which,
            text=text,
            filters=queries.LISTINGS,
            asked=differences.list_differences(db, store_id, 50, only_undecided=True),
            latest=differences.list_differences(db, store_id, LATEST),
            policies=stores.DIFFERENCE_POLICIES,
            soon=SOON,
        )


@bp.get("/stores/<int:store_id>/differences")
def list_differences(store_id: int) -> str:
    """List all differences of a store, newest first."""
    with reading() as db:
        store = stores.get(db, store_id)
        page = asked_page(differences.count_differences(db, store_id))
        rows = differences.list_differences(db, store_id, page.size, page.offset)
        return render_template(
            "push_status/differences.html",
            store=store,
            rows=rows,
            page=page,
            policies=stores.DIFFERENCE_POLICIES,
        )


@bp.post("/stores/<int:store_id>/push-status/now")
def push_now(store_id: int) -> Response:
    """Let every listing of a store be compared and pushed at once."""
    return _act(store_id, actions.push_now, f"Every listing is compared with the count {SOON}.")


@bp.post("/stores/<int:store_id>/push-status/pause")
@auth.admin_only
def pause(store_id: int) -> Response:
    """Leave a store alone until it is resumed."""

    def act(db: Connection, who: str, known: int) -> None:
        actions.pause(db, who, known, f"{who} paused it.")

    return _act(store_id, act, "Paused: the store is neither read nor written until you resume.")


@bp.post("/stores/<int:store_id>/push-status/resume")
@auth.admin_only
def resume(store_id: int) -> Response:
    """Go on with a paused store."""
    return _act(store_id, actions.resume, f"Resumed. What changed meanwhile is sent {SOON}.")


@bp.post("/stores/<int:store_id>/push-status/confirm")
@auth.admin_only
def confirm(store_id: int) -> Response:
    """Let the large change that waits go out."""
    return _act(store_id, actions.confirm_mass_change, f"Confirmed: it goes out {SOON}.")


@bp.post("/stores/<int:store_id>/push-status/listings/<int:listing_id>")
def retry_listing(store_id: int, listing_id: int) -> Response:
    """Let one listing be compared and pushed at once."""

    def act(db: Connection, who: str, known: int) -> None:
        actions.retry_listing(db, who, known, listing_id)

    return _act(store_id, act, f"It is compared and pushed {SOON}.")


@bp.post("/stores/<int:store_id>/differences/<int:difference_id>")
@auth.admin_only
def decide(store_id: int, difference_id: int) -> Response:
    """Decide a difference that the owner was asked about: `do` is "ours" or "theirs"."""
    adopt = request.form.get("do") == "theirs"

    def act(db: Connection, who: str, known: int) -> None:
        differences.check_belongs(db, known, difference_id)
        differences.decide(db, who, difference_id, adopt)

    done = "Their number is ours now, and is sent to every store" if adopt else "Our number is written there"
    return _act(store_id, act, f"{done} {SOON}.")


def _act(store_id: int, act: Callable[[Connection, str, int], Any], done: str) -> Response:
    """Do it in one transaction, say how it went, and show the store's page again."""
    try:
        with transaction() as db:
            act(db, auth.actor().name, store_id)
    except Conflict as error:
        flash(error.sentence, "warning")
    else:
        flash(done, "success")
    return redirect(url_for("push_status.show", store_id=store_id), 303)


def _act_on_failure(failure_id: int, act: Callable[[Connection, str, int], Any], done: str) -> Response:
    try:
        with transaction() as db:
            queries.get_failure(db, auth.store_scope(), failure_id)
            act(db, auth.actor().name, failure_id)
    except Conflict as error:
        flash(error.sentence, "warning")
    else:
        flash(done, "success")
    return redirect(url_for("push_status.index", store=request.form.get("store") or None), 303)


def _chosen(name: str, filters: dict[str, str]) -> str:
    wanted = request.args.get(name, "")
    return wanted if wanted in filters else next(iter(filters))


@bp.post("/stores/<int:store_id>/confirm")
@auth.admin_only
def confirm_setup(store_id: int) -> Response:
    """Let the large change that waits go out."""
    with transaction() as db:
        actions.confirm_mass_change(db, auth.actor().name, store_id)
    flash("Confirmed: it goes out with the next push.", "success")
    return redirect(url_for("connect.steps", store_id=store_id), 303)
