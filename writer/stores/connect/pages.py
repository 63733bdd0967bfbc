"""Pages that connect a store, step by step: address and keys, webhooks, products, counts."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from writer.db import reading
from writer.people import auth
from writer.stores import listings, opening_stock, registry, webhook_setup
from writer.stores.connect import forms, jobs
from writer.stores.connect.pages_try import form_of, try_and_save
from writer.stores.registry import Jobs

bp = Blueprint("connect", __name__, template_folder="templates")
bp.record(lambda state: state.app.extensions.setdefault("jobs", Jobs()))

STEPS = ("keys", "webhooks", "products", "counts")


@bp.get("/stores/connect")
@auth.admin_only
def ask() -> str:
    """Show the form for a new store's address and keys."""
    return render_template("connect/ask.html", form=form_of(None, is_sent=False))


@bp.post("/stores/connect")
@auth.admin_only
def send() -> Response | tuple[str, int]:
    """Try a new store's address and keys, and save them if they work."""
    form = form_of(None, is_sent=True)
    tried = try_and_save(form, None)
    if tried.saved is not None:
        return redirect(url_for("connect.steps", store_id=tried.saved.id), 303)
    return render_template("connect/ask.html", form=form, trouble=tried.trouble, same=tried.same), 422


@bp.get("/stores/<int:store_id>/connect")
def steps(store_id: int) -> str:
    """Show the next step of connecting a store, or the one that `?step=` names."""
    return steps_page(store_id)


@bp.post("/stores/<int:store_id>/webhooks")
@auth.admin_only
def mend(store_id: int) -> Response | tuple[str, int]:
    """Create or re-activate the store's webhooks, in the background."""
    form = forms.WebhooksForm()
    store = _store(store_id)
    if not form.validate_on_submit() and jobs.delivery_url() is not None:
        return steps_page(store_id, webhooks_form=form), 422
    jobs.create_webhooks(store, auth.actor().name, form.secret.data or None)
    return _back(store_id, "keys.show")


@bp.post("/stores/<int:store_id>/check")
def check(store_id: int) -> Response:
    """Check the store's webhooks now, in the background."""
    jobs.check_webhooks(_store(store_id))
    return _back(store_id, "keys.show")


@bp.post("/stores/<int:store_id>/refresh")
def refresh_mappings(store_id: int) -> Response:
    """Read the store's products and match them, in the background."""
    jobs.read_products(_store(store_id))
    return _back(store_id, "listings.index")


def steps_page(store_id: int, webhooks_form: forms.WebhooksForm | None = None) -> str:
    """Render the wizard of a store that has an address."""
    running: Jobs = current_app.extensions["jobs"]
    job = running.find(store_id)
    url = jobs.delivery_url()
    with reading() as db:
        store = registry.get(db, store_id)
        counts = listings.count_by_filter(db, store.id)
        counts_anything = opening_stock.counts_anything(db)
        heard_at = webhook_setup.last_heard_at(db, store.id)
        problems = registry.webhook_problems(store)
    done = {
        "keys": store.consumer_key_encrypted is not None and store.last_error is None,
        "webhooks": problems == [] or url is None,
        "products": bool(counts["all"]),
        "counts": store.push_state != "off",
    }
    asked = "webhooks" if webhooks_form is not None else request.args.get("step", "")
    step = asked if asked in STEPS else next((name for name in STEPS if not done[name]), "done")
    return render_template(
        "connect/steps.html",
        store=store,
        step=step,
        steps=STEPS,
        done=done,
        counts=counts,
        counts_anything=counts_anything,
        job=job,
        problems=problems,
        heard_at=heard_at,
        webhook_url=url,
        webhooks_form=webhooks_form or forms.WebhooksForm(formdata=None),
    )


def _store(store_id: int) -> Row[Any]:
    with reading() as db:
        return registry.get(db, store_id)


def _back(store_id: int, page: str) -> Response:
    """Go back to where the button was: a step of connecting, or the page of the store that it is about."""
    step = request.form.get("step", "")
    if step in STEPS:
        return redirect(url_for("connect.steps", store_id=store_id, step=step), 303)
    return redirect(url_for(page, store_id=store_id), 303)
