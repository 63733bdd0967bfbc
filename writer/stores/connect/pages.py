"""Pages that connect a store: its address and keys, webhooks, mappings, and settings for stock push."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from sqlalchemy import Row
from werkzeug.wrappers import Response

from writer.db import database, reading, transaction
from writer.lib.errors import Conflict, Invalid
from writer.people import auth
from writer.stores import listings, opening_stock, registry, webhook_setup
from writer.stores.connect import actions, forms, policies
from writer.stores.listings import refresh
from writer.stores.registry import Jobs, Keyring, Progress, Unwell
from writer.stores.woocommerce import KeysRefused, Site, StoreError

bp = Blueprint("connect", __name__, template_folder="templates")
bp.record(lambda state: state.app.extensions.setdefault("jobs", Jobs()))


@bp.get("/stores/connect")
@auth.admin_only
def ask() -> str:
    """Show the form for a new store's address and keys."""
    return render_template("connect/keys.html", form=forms.ConnectForm(formdata=None), store=None)


@bp.post("/stores/connect")
@auth.admin_only
def send() -> Response | tuple[str, int]:
    """Try a new store's address and keys, and save them if they work."""
    return _try_and_save(None)


@bp.get("/stores/<int:store_id>/keys")
@auth.admin_only
def ask_keys(store_id: int) -> str:
    """Show the form for other keys or another address of a store."""
    store = _store(store_id)
    kind = forms.MovedForm if _has_keys(store) else forms.ConnectForm
    form = kind(formdata=None, obj=store)
    form.base_url.data = store.base_url or f"https://{store.source}"
    return render_template("connect/keys.html", form=form, store=store)


@bp.post("/stores/<int:store_id>/keys")
@auth.admin_only
def send_keys(store_id: int) -> Response | tuple[str, int]:
    """Try other keys of a store, and save them if they work."""
    return _try_and_save(_store(store_id))


@bp.get("/stores/<int:store_id>/connect")
def steps(store_id: int) -> str:
    """Show the steps of connecting a store, and the next one."""
    return _steps_page(store_id)


@bp.post("/stores/<int:store_id>/webhooks")
@auth.admin_only
def mend(store_id: int) -> Response | tuple[str, int]:
    """Create or re-activate the store's webhooks, in the background."""
    store = _store(store_id)
    form = forms.WebhooksForm()
    url = webhook_setup.delivery_url(current_app.config["ONEROM"].public_url)
    if url is None:
        raise Conflict(webhook_setup.POLL_ONLY)
    known, ring, who, secret = database(), _ring(), auth.actor().name, form.secret.data or None
    if not form.validate_on_submit():
        return _steps_page(store_id, webhooks_form=form), 422

    def work(_on_progress: Progress) -> str:
        return _webhooks_are(webhook_setup.mend(known, ring, who, store.id, url, secret))

    return _begin(store, "Setting up webhooks", work)


@bp.post("/stores/<int:store_id>/check")
def check(store_id: int) -> Response:
    """Check the store's webhooks now, in the background."""
    store = _store(store_id)
    url = webhook_setup.delivery_url(current_app.config["ONEROM"].public_url)
    known, vault = database(), _ring().vault

    def work(_on_progress: Progress) -> str:
        return _webhooks_are(webhook_setup.check(known, vault, store.id, url))

    return _begin(store, "Checking webhooks", work)


@bp.post("/stores/<int:store_id>/refresh")
def refresh_mappings(store_id: int) -> Response:
    """Read the store's products and match them, in the background."""
    store = _store(store_id)
    known, vault = database(), _ring().vault

    def work(on_progress: Progress) -> str:
        done = refresh(known, vault, store.id, lambda so_far: on_progress(f"{so_far.items} read so far."))
        done.store_name = store.name
        return done.sentence

    return _begin(store, "Refreshing mappings", work)


@bp.post("/stores/<int:store_id>/rules")
@auth.admin_only
def change_rules(store_id: int) -> Response | tuple[str, int]:
    """Change the store's settings for stock push."""
    form = forms.RulesForm()
    if not form.validate_on_submit():
        return _steps_page(store_id, rules_form=form), 422
    fields = ("buffer", "difference_policy", "restocks_refunds", "manages_stock", "poll_interval_s")
    try:
        with transaction() as db:
            who = auth.actor().name
            policies.change(db, who, store_id, **{name: form[name].data for name in fields})
    except Invalid as error:
        _mark(form, error)
        return _steps_page(store_id, rules_form=form), 422
    flash("The settings are saved; the next push uses them.", "success")
    return _to_steps(store_id)


def _try_and_save(store: Row[Any] | None) -> Response | tuple[str, int]:
    form = forms.ConnectForm() if not _has_keys(store) else forms.MovedForm()
    trouble = same = None
    if form.validate_on_submit():
        try:
            site = _site(form, store)
            found = actions.look(site)
            with transaction() as db:
                row = actions.save(
                    db,
                    _ring(),
                    auth.actor().name,
                    site,
                    found,
                    name=form.name.data or (store.name if store is not None else ""),
                    site_id=form.site_id.data or "",
                    store_id=store.id if store is not None else None,
                    same_as=_number(form.same_as.data),
                    is_another=bool(form.is_another.data),
                )
        except actions.SameStore as error:
            _mark(form, error)
            same = error.store
        except (Invalid, Conflict) as error:
            _mark(form, error)
        except StoreError as error:
            trouble = error.sentence
            (form.key if isinstance(error, KeysRefused) else form.base_url).errors = [trouble]
        else:
            flash(f"{row.name} is connected: it can be read and written.", "success")
            for remark in found.remarks:
                flash(remark, "info")
            return _to_steps(row.id)
    return render_template("connect/keys.html", form=form, store=store, trouble=trouble, same=same), 422


def _webhooks_are(sentences: list[str]) -> str:
    """Return that all is well; raises Unwell if the check found something."""
    if sentences:
        raise Unwell(
            sentences[0] if len(sentences) == 1 else f"{len(sentences)} things are not right, see below."
        )
    return "All webhooks are in order."


def _has_keys(store: Row[Any] | None) -> bool:
    return store is not None and store.consumer_key_encrypted is not None


def _site(form: forms.ConnectForm, store: Row[Any] | None) -> Site:
    """Return the site of a form, with the store's present keys where none are entered; raises Invalid naming
    every unusable field."""
    errors: dict[str, str] = {}
    try:
        url = actions.address(form.base_url.data or "")
    except Invalid as error:
        errors |= error.errors
    try:
        typed = (form.key.data or "").strip(), (form.secret.data or "").strip()
        key, secret = (
            _present_keys(store) if store is not None and typed == ("", "") else actions.keys(*typed)
        )
    except Invalid as error:
        errors |= error.errors
    if errors:
        raise Invalid("The address or keys cannot be used.", errors)
    ca_bundle = (form.ca_bundle.data or "").strip() or None
    return Site(url, key, secret, ca_bundle=ca_bundle, timeout_s=actions.TRY_TIMEOUT_S)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _present_keys(store: Row[Any]) -> tuple[str, str]:
    """Return the keys of a store; raises Invalid if it has none that can be read."""
    vault = _ring().vault
    key, secret = (
        vault.open(kept or "") for kept in (store.consumer_key_encrypted, store.consumer_secret_encrypted)
    )
    if key is None or secret is None:
        raise Invalid("The present keys cannot be read.", {"key": "Enter the keys again."})
    return key, secret


def _mark(form: Any, error: Invalid | Conflict) -> None:
    """Show each error under its field, and the sentence at the top."""
    for name, sentence in error.errors.items():
        form[name].errors = [sentence]
    if not error.errors:
        flash(error.sentence, "danger")


def _begin(store: Row[Any], title: str, work: Any) -> Response:
    jobs: Jobs = current_app.extensions["jobs"]
    try:
        jobs.start(store.id, title, work)
    except Conflict as error:
        flash(error.sentence, "warning")
    return _to_steps(store.id)


def _steps_page(
    store_id: int,
    webhooks_form: forms.WebhooksForm | None = None,
    rules_form: forms.RulesForm | None = None,
) -> str:
    jobs: Jobs = current_app.extensions["jobs"]
    job = jobs.find(store_id)
    with reading() as db:
        store = registry.get(db, store_id)
        counts = listings.count_by_filter(db, store.id)
        counts_anything = opening_stock.counts_anything(db)
        heard_at = webhook_setup.last_heard_at(db, store.id)
    return render_template(
        "connect/steps.html",
        store=store,
        counts=counts,
        counts_anything=counts_anything,
        job=job,
        says=registry.webhook_problems(store),
        heard_at=heard_at,
        webhook_url=webhook_setup.delivery_url(current_app.config["ONEROM"].public_url),
        webhooks_form=webhooks_form or forms.WebhooksForm(formdata=None),
        rules_form=rules_form or forms.RulesForm(formdata=None, obj=store),
    )


def _store(store_id: int) -> Row[Any]:
    with reading() as db:
        return registry.get(db, store_id)


def _ring() -> Keyring:
    found: Keyring = current_app.extensions["keyring"]
    return found


def _to_steps(store_id: int) -> Response:
    return redirect(url_for("connect.steps", store_id=store_id), 303)
