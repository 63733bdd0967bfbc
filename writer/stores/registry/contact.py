"""Contact with a store: may it be called now, a client with its keys, and what became of the call."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db import Database, update_row
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stores.registry import failures, registry
from writer.stores.registry.secrets import Vault
from writer.stores.woocommerce import Client, Site, StoreError

TIMEOUT_S = 30.0
# No store is left alone for longer (checks.retry_after_s): a time after that was written by a clock that was
# ahead and has been set back.
LONGEST_WAIT = timedelta(hours=24)


class NotNow(Exception):
    """The store is not to be called at present; the text says why."""


def callable_stores(db: Connection) -> list[Row[Any]]:
    """Return the stores that have keys and may be called now, by id."""
    query = select(stores).where(stores.c.is_active, stores.c.consumer_key_encrypted.is_not(None))
    return [store for store in db.execute(query.order_by(stores.c.id)) if why_not(store) is None]


def why_not(store: Row[Any]) -> str | None:
    """Return why a store must not be called now, or None."""
    if not store.is_active:
        return "is switched off"
    if store.consumer_key_encrypted is None or store.base_url is None:
        return "has no REST keys"
    if store.push_state == "paused":
        return f"is paused: {(store.pause_reason or 'no reason was given').rstrip('.')}"
    if store.next_call_at is not None and clock.now() < store.next_call_at <= clock.now() + LONGEST_WAIT:
        return f"is left alone until {store.next_call_at:%Y-%m-%d %H:%M:%S} UTC"
    return None


@contextmanager
def contact(database: Database, vault: Vault, store_id: int, what: str) -> Iterator[Client]:
    """Open a client for a store and remember how it went; no transaction may be open while it is used.

    Raises NotNow where the store must not be called, and lets a StoreError pass once it is written down.
    `what` names the work in the list of failures: "push stock", "read orders".
    """
    with database.reading() as db:
        store = registry.get(db, store_id)
    reason = why_not(store)
    if reason is not None:
        raise NotNow(f"{store.name} {reason}.")
    with Client(site_of(store, vault)) as client:
        try:
            yield client
        except StoreError as error:
            with database.transaction() as db:
                failures.note_store(db, registry.get(db, store_id), error, what)
            raise
        if not client.has_read:
            return  # nothing was asked, so nothing is known
        with database.transaction() as db:
            now_row = registry.get(db, store_id)
            failures.note_success(db, now_row)
            registry.note_contact(db, now_row, clock.now())
            if client.auth != store.auth:
                update_row(db, stores, store_id, auth=client.auth)


def site_of(store: Row[Any], vault: Vault) -> Site:
    """Return where a store is and its opened keys. Raises NotNow where no key of ours opens them."""
    key = vault.open(store.consumer_key_encrypted or "")
    secret = vault.open(store.consumer_secret_encrypted or "")
    if key is None or secret is None:
        raise NotNow(f"{store.name}'s keys cannot be read with CONFIG_ENCRYPTION_KEY: enter them again.")
    return Site(store.base_url, key, secret, store.auth, store.ca_bundle, TIMEOUT_S)
