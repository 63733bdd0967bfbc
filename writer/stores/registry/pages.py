"""Pages: the stores, one store with its settings and how to connect it."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from writer.db import reading, transaction
from writer.lib.errors import Invalid
from writer.people import auth
from writer.stores import woocommerce
from writer.stores.registry import forms, queries, registry, settings
from writer.stores.registry.condition import conditions

bp = Blueprint("registry", __name__, template_folder="templates")


@bp.get("/stores")
def index() -> str:
    """List the stores; without any, say how to connect the first."""
    with reading() as db:
        rows = queries.list_stores(db, auth.store_scope())
        found = conditions(db, rows)
    return render_template("registry/index.html", rows=rows, conditions=found, **_how_to_connect())


@bp.get("/stores/<int:store_id>")
def show(store_id: int) -> str:
    """Show one store; admins see its settings too."""
    return _store_page(store_id)


@bp.post("/stores/<int:store_id>")
@auth.admin_only
def change(store_id: int) -> Response | tuple[str, int]:
    """Change the store's name and what its statuses mean."""
    form = forms.StoreForm()
    if not form.validate_on_submit():
        return _store_page(store_id, form=form), 422
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
        for name, sentence in error.errors.items():
            form[name].errors = [sentence]
        return _store_page(store_id, form=form), 422
    counted = (
        f" {recounted} order{' was' if recounted == 1 else 's were'} counted again." if recounted else ""
    )
    flash(f"The settings are saved.{counted}", "success")
    return redirect(url_for("registry.show", store_id=store_id), 303)


@bp.post("/stores/<int:store_id>/secret")
@auth.admin_only
def set_secret(store_id: int) -> Response | tuple[str, int]:
    """Give the store a secret of its own; the one before is good for 24 hours more."""
    form = forms.SecretForm()
    if not form.validate_on_submit():
        return _store_page(store_id, secret_form=form), 422
    ring: registry.Keyring = current_app.extensions["keyring"]
    try:
        with transaction() as db:
            registry.set_secret(db, ring, auth.actor().name, store_id, form.secret.data or "")
    except Invalid as error:
        form.secret.errors = [error.errors["secret"]]
        return _store_page(store_id, secret_form=form), 422
    flash("The secret is saved. What was signed with the one before is taken for 24 hours more.", "success")
    return redirect(url_for("registry.show", store_id=store_id), 303)


@bp.post("/stores/<int:store_id>/off")
@auth.admin_only
def switch_off(store_id: int) -> Response:
    """Hold what the store delivers from now on."""
    with transaction() as db:
        settings.switch(db, auth.actor().name, store_id, is_active=False)
    flash("The store is switched off: what it delivers is kept and held.", "success")
    return redirect(url_for("registry.show", store_id=store_id), 303)


@bp.post("/stores/<int:store_id>/on")
@auth.admin_only
def switch_on(store_id: int) -> Response:
    """Count what the store delivers again, what was held first."""
    with transaction() as db:
        released = settings.switch(db, auth.actor().name, store_id, is_active=True)
    held = f" {released} held {'delivery was' if released == 1 else 'deliveries were'} processed."
    flash(f"The store is switched on.{held if released else ''}", "success")
    return redirect(url_for("registry.show", store_id=store_id), 303)


def _store_page(
    store_id: int, form: forms.StoreForm | None = None, secret_form: forms.SecretForm | None = None
) -> str:
    with reading() as db:
        store = registry.get(db, store_id)
        secret = queries.secret_state(db, store)
        statuses = queries.list_statuses(db, store.id)
        found = conditions(db, [store])[store.id]
    return render_template(
        "registry/show.html",
        store=store,
        condition=found,
        secret=secret,
        statuses=statuses,
        form=form or forms.StoreForm(formdata=None, obj=store),
        secret_form=secret_form or forms.SecretForm(formdata=None),
        **_how_to_connect(),
    )


def _how_to_connect() -> dict[str, object]:
    return {
        "delivery_url": url_for("webhook.receive", _external=True),
        "topics": woocommerce.TOPIC_NAMES,
    }
