"""The form of a store's address and keys, sent: tried in the store, then saved."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, flash
from sqlalchemy import Row

from writer.db import transaction
from writer.lib.errors import Conflict, Invalid
from writer.people import auth
from writer.stores.connect import actions, forms
from writer.stores.registry import Keyring
from writer.stores.woocommerce import KeysRefused, Site, StoreError
from writer.web import toasts


@dataclass
class Tried:
    """What came of it: the store that was saved, or why not; `same` is the store that it may be, moved."""

    saved: Row[Any] | None = None
    trouble: str | None = None
    same: Row[Any] | None = None


def form_of(store: Row[Any] | None, is_sent: bool) -> forms.ConnectForm:
    """Return the form of a new store (None), or of one that keeps its keys where none are entered."""
    kind = forms.MovedForm if store is not None and _has_keys(store) else forms.ConnectForm
    if is_sent:
        return kind()
    form = kind(formdata=None, obj=store)
    if store is not None:
        form.base_url.data = store.base_url or f"https://{store.source}"
    return form


def try_and_save(form: forms.ConnectForm, store: Row[Any] | None) -> Tried:
    """Try the address and keys of a form in the store, and save them if they work; mark what is wrong."""
    if not form.validate_on_submit():
        return Tried()
    try:
        site = _site(form, store)
        found = actions.look(site)
        with transaction() as db:
            saved = actions.save(
                db,
                ring(),
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
        mark(form, error)
        return Tried(same=error.store)
    except (Invalid, Conflict) as error:
        mark(form, error)
        return Tried()
    except StoreError as error:
        (form.key if isinstance(error, KeysRefused) else form.base_url).errors = [error.sentence]
        return Tried(trouble=error.sentence)
    toasts.say(f"{saved.name} is connected: it can be read and written.")
    for remark in found.remarks:
        flash(remark, "warning")
    return Tried(saved=saved)


def mark(form: Any, error: Invalid | Conflict) -> None:
    """Show each error under its field, and the sentence at the top."""
    for name, sentence in error.errors.items():
        form[name].errors = [sentence]
    if not error.errors:
        flash(error.sentence, "danger")


def ring() -> Keyring:
    """Return what opens the keys and secrets of stores."""
    found: Keyring = current_app.extensions["keyring"]
    return found


def _has_keys(store: Row[Any]) -> bool:
    return store.consumer_key_encrypted is not None


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
    key, secret = (
        ring().vault.open(kept or "")
        for kept in (store.consumer_key_encrypted, store.consumer_secret_encrypted)
    )
    if key is None or secret is None:
        raise Invalid("The present keys cannot be read.", {"key": "Enter the keys again."})
    return key, secret
