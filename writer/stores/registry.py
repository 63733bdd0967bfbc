"""Which stores there are: found by the address their webhooks name, registered, given secrets."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from writer import audit, clock, orders
from writer import db as database
from writer.errors import Invalid, NotFound
from writer.orders import Channel
from writer.schema.stores import store_secrets, stores
from writer.stores.secrets import Vault

SECRET_OVERLAP = timedelta(hours=24)
_CONTACT_EVERY = timedelta(seconds=60)
_BY_SOURCE = select(stores).where(stores.c.source == bindparam("told"))
_BY_ID = select(stores).where(stores.c.id == bindparam("told"))
_SECRETS = select(store_secrets.c.secret_encrypted, store_secrets.c.valid_until).where(
    store_secrets.c.store_id == bindparam("of_store")
)


@dataclass(frozen=True)
class Keyring:
    """What a store's deliveries may be signed with: the vault of own secrets and the shared one."""

    vault: Vault
    shared: str


def normalised(source: str) -> str:
    """Return a store's address as it is compared: host, port and path, without scheme or trailing slash."""
    text = source.strip()
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    return f"{(parts.hostname or '').lower()}{port}{parts.path.rstrip('/')}"[:300]


def find(db: Connection, source: str) -> Row[Any] | None:
    """Return the store registered under this (normalised) address."""
    return db.execute(_BY_SOURCE, {"told": source}).first()


def get(db: Connection, store_id: int) -> Row[Any]:
    """Return a store; raises NotFound."""
    row = db.execute(_BY_ID, {"told": store_id}).first()
    if row is None:
        raise NotFound("There is no such store.")
    return row


def find_named(db: Connection, site_id: str) -> Row[Any] | None:
    """Return the store with this short name."""
    return db.execute(select(stores).where(stores.c.site_id == site_id)).first()


def count(db: Connection) -> int:
    """Return how many stores there are."""
    return int(db.execute(select(func.count()).select_from(stores)).scalar_one())


def only_one(db: Connection) -> Row[Any] | None:
    """Return the store if there is exactly one: what names no source can only be from there."""
    rows = db.execute(select(stores).limit(2)).all()
    return rows[0] if len(rows) == 1 else None


def register(db: Connection, source: str, actor: str) -> Row[Any]:
    """Add a store under its (normalised) address; its name is that address until the owner says another."""
    store_id = database.insert_row(db, stores, name=source[:60], source=source, created_at=clock.now())
    audit.note(db, actor, "store.add", f"store {store_id}", None, {"name": source[:60], "source": source})
    return get(db, store_id)


def save(db: Connection, store_id: int, **values: Any) -> None:
    """Write what a room above this one knows of a store: these columns of its row, and no other."""
    database.update_row(db, stores, store_id, **values)


def channel(store: Row[Any]) -> Channel:
    """Return what the orders room must know of a store."""
    return orders.channel_of(store)


def secrets_of(db: Connection, store: Row[Any], ring: Keyring) -> list[str]:
    """Return every secret that is valid for the store now: its own, or the shared one while it has none."""
    now = clock.now()
    rows = db.execute(_SECRETS, {"of_store": store.id}).all()
    own = [
        ring.vault.open(row.secret_encrypted)
        for row in rows
        if row.valid_until is None or row.valid_until > now
    ]
    valid = [secret for secret in own if secret is not None]
    if not rows or (store.shared_secret_until is not None and store.shared_secret_until > now):
        valid.append(ring.shared)
    return valid


def all_secrets(db: Connection, ring: Keyring) -> list[str]:
    """Return the secrets of every store, and the shared one: a clone of a store signs with the store's."""
    known = [ring.shared]
    for store in db.execute(select(stores)):
        known += secrets_of(db, store, ring)
    return known


def set_secret(db: Connection, ring: Keyring, actor: str, store_id: int, secret: str) -> None:
    """Give a store a secret of its own; what was valid until now stays valid for 24 hours.

    Raises Invalid where the secret is shorter than 16 characters, NotFound.
    """
    if len(secret.strip()) < 16:
        raise Invalid("The secret is too short.", {"secret": "Use at least 16 characters."})
    get(db, store_id)
    until = clock.now() + SECRET_OVERLAP
    still = or_(store_secrets.c.valid_until.is_(None), store_secrets.c.valid_until > until)
    replaced = db.execute(
        update(store_secrets).where(store_secrets.c.store_id == store_id, still).values(valid_until=until)
    )
    if replaced.rowcount == 0:
        database.update_row(db, stores, store_id, shared_secret_until=until)
    database.insert_row(
        db,
        store_secrets,
        store_id=store_id,
        secret_encrypted=ring.vault.lock(secret.strip()),
        created_at=clock.now(),
    )
    audit.note(db, actor, "store.secret", f"store {store_id}", None, {"old_valid_until": until})


def note_rejected(db: Connection, store_id: int) -> None:
    """Count one delivery whose signature was wrong, for the store's page."""
    values = {"rejected": stores.c.rejected + 1, "rejected_at": clock.now()}
    db.execute(update(stores).where(stores.c.id == store_id).values(**values))


def note_contact(db: Connection, store: Row[Any], now: datetime) -> None:
    """Remember that the store was heard from, at most once a minute."""
    if store.last_contact_at is None or now - store.last_contact_at > _CONTACT_EVERY:
        database.update_row(db, stores, store.id, last_contact_at=now)
