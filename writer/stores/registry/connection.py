"""Where a store is asked by REST and with which keys, and what was last read there."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from writer.db import update_row
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stores.registry import failures, hours, registry
from writer.stores.registry.secrets import Vault


@dataclass(frozen=True)
class Keys:
    """A store's REST address and its keys, as they are sent."""

    base_url: str
    key: str
    secret: str


def set_keys(
    db: Connection, vault: Vault, store_id: int, keys: Keys, *, name: str, site_id: str | None
) -> None:
    """The store has this address, these keys (kept encrypted), and is called so."""
    update_row(
        db,
        stores,
        store_id,
        name=name,
        site_id=site_id,
        base_url=keys.base_url,
        consumer_key_encrypted=vault.lock(keys.key),
        consumer_secret_encrypted=vault.lock(keys.secret),
    )


def are_known(db: Connection, vault: Vault, keys: Keys) -> bool:
    """Tell whether a store has these keys, at whatever address: WordPress makes them for one shop alone."""
    known = select(stores.c.consumer_key_encrypted, stores.c.consumer_secret_encrypted)
    pairs = db.execute(known.where(stores.c.consumer_key_encrypted.is_not(None))).all()
    return (keys.key, keys.secret) in [tuple(vault.open(locked or "") for locked in pair) for pair in pairs]


def set_way_in(db: Connection, store_id: int, *, auth: str, ca_bundle: str | None) -> None:
    """The store takes its keys in this way ('basic', 'query', 'oauth'); `ca_bundle` vouches for it."""
    update_row(db, stores, store_id, auth=auth, ca_bundle=ca_bundle)


def forgive(db: Connection, store_id: int) -> None:
    """The store has new keys that work: what failed with the old ones is over, and it may be called now.

    Where it was paused for refused keys it goes on; where a person paused it, it stays paused.
    """
    failures.go_on(db, store_id)
    failures.note_success(db, registry.get(db, store_id))
    update_row(db, stores, store_id, next_call_at=None)


def note_poll(db: Connection, store_id: int, began: datetime, newest: datetime | None) -> None:
    """The store's orders were read completely: from `began` on, up to `newest` by the store's own clock."""
    update_row(db, stores, store_id, polled_at=began, order_cursor=newest, last_contact_at=clock.now())
    hours.note(db, store_id, "fine")


def note_webhooks(db: Connection, store_id: int, problems: list[str]) -> None:
    """The store's webhooks were looked at now, and this is wrong with them; []: nothing."""
    update_row(db, stores, store_id, webhooks_checked_at=clock.now(), webhook_problems=json.dumps(problems))
