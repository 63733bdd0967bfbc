"""Pages: how a store is connected: its address and keys, webhooks and their secret, and what it is called."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Invalid
from writer.people import auth
from writer.stores import registry, webhook_setup, woocommerce
from writer.stores.connect import forms, jobs
from writer.stores.connect.pages_try import Tried, form_of, mark, ring, try_and_save
from writer.stores.registry import Jobs, queries, settings
from writer.web import toasts
from writer.web.times import plural

bp = Blueprint("keys", __name__, template_folder="templates")


@bp.get("/stores/<int:store_id>/keys")
def show(store_id: int) -> str:
    """Show how the store is connected; admins may change it."""
    return _page(store_id)


@bp.post("/stores/<int:store_id>/keys")
@auth.admin_only
def send_keys(store_id: int) -> Response | tuple[str, int]:
    """Try another address or other keys of a store, and save them if they work."""
    with reading() as db:
        store = registry.get(db, store_id)
    form = form_of(store, is_sent=True)
    tried = try_and_save(form, store)
    if tried.saved is not None:
        return _back(store_id)
    return _page(store_id, form=form, tried=tried), 422


@bp.post("/stores/<int:store_id>")
@auth.admin_only
def change(store_id: int) -> Response | tuple[str, int]:
    """Change the store's name and what its statuses mean."""
    form = forms.StoreForm()
    if not form.validate_on_submit():
        return _page(store_id, settings_form=form), 422
    try:
        with transaction() as db:
            recounted = settings.change(
                db,
                auth.actor().name,
                store_id,
                name=form.name.data or "",
                paid_statuses=form.paid_statuses.data or "",
                counts_on_hold=form.counts_on_hold.data,
            )
    except Invalid as error:
        mark(form, error)
        return _page(store_id, settings_form=form), 422
    counted = f" {plural(recounted, 'order was', 'orders were')} counted again." if recounted else ""
    toasts.say(f"The settings are saved.{counted}")
    return _back(store_id)


@bp.post("/stores/<int:store_id>/secret")
@auth.admin_only
def set_secret(store_id: int) -> Response | tuple[str, int]:
    """Give the store a secret of its own; the one before is good for 24 hours more."""
    form = forms.SecretForm()
    if not form.validate_on_submit():
        return _page(store_id, secret_form=form), 422
    try:
        with transaction() as db:
            registry.set_secret(db, ring(), auth.actor().name, store_id, form.secret.data or "")
    except Invalid as error:
        mark(form, error)
        return _page(store_id, secret_form=form), 422
    toasts.say("The secret is saved. What was signed with the one before is taken for 24 hours more.")
    return _back(store_id)


def _page(
    store_id: int,
    *,
    form: forms.ConnectForm | None = None,
    tried: Tried | None = None,
    settings_form: forms.StoreForm | None = None,
    secret_form: forms.SecretForm | None = None,
) -> str:
    running: Jobs = current_app.extensions["jobs"]
    job = running.find(store_id)
    with reading() as db:
        store = registry.get(db, store_id)
        head = registry.head_of(db, store)
        secret = queries.secret_state(db, store)
        statuses = queries.list_statuses(db, store.id)
        heard_at = webhook_setup.last_heard_at(db, store.id)
    return render_template(
        "connect/keys.html",
        head=head,
        store=store,
        job=job,
        secret=secret,
        statuses=statuses,
        heard_at=heard_at,
        problems=registry.webhook_problems(store),
        webhook_url=jobs.delivery_url(),
        delivery_url=url_for("webhook.receive", _external=True),
        topics=woocommerce.TOPIC_NAMES,
        form=form or form_of(store, is_sent=False),
        tried=tried or Tried(),
        settings_form=settings_form or forms.StoreForm(formdata=None, obj=store),
        secret_form=secret_form or forms.SecretForm(formdata=None),
        webhooks_form=forms.WebhooksForm(formdata=None),
    )


def _back(store_id: int) -> Response:
    return redirect(url_for("keys.show", store_id=store_id), 303)
