"""Which stores there are: found by the address their webhooks name, registered, given secrets."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import idna
from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from writer import db as database
from writer import orders
from writer.db import Prepared, check_id
from writer.db.schema.stores import store_secrets, stores
from writer.lib import clock
from writer.lib.errors import Invalid, NotFound
from writer.orders import Channel
from writer.people import audit
from writer.stores import woocommerce
from writer.stores.registry import hours
from writer.stores.registry.secrets import Vault

LONGEST_SOURCE = 300
SECRET_OVERLAP = timedelta(hours=24)
_CONTACT_EVERY = timedelta(seconds=60)
_BY_SOURCE = Prepared(select(stores).where(stores.c.source == bindparam("named")))
_BY_ID = Prepared(select(stores).where(stores.c.id == bindparam("store")))
_SIGNERS = select(
    stores.c.id, stores.c.shared_secret_until, store_secrets.c.secret_encrypted, store_secrets.c.valid_until
).outerjoin_from(stores, store_secrets, store_secrets.c.store_id == stores.c.id)
_SIGNER_AT = Prepared(_SIGNERS.where(stores.c.source == bindparam("named")))


@dataclass(frozen=True)
class Keyring:
    """What a store's deliveries may be signed with: the vault of own secrets and the shared one."""

    vault: Vault
    shared: str


@lru_cache(maxsize=64)  # a few stores name theirs with each delivery
def normalised(source: str) -> str:
    """Return a store's address as it is compared: host, port and path, without scheme or trailing slash.

    "" where it cannot be read as one.
    """
    text = source.strip()
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    return f"{_host(parts.hostname or '')}{port}{parts.path.rstrip('/')}"[:LONGEST_SOURCE]


def _host(name: str) -> str:
    """Return a host's name as DNS writes it: a shop names itself raw or as xn--, its webhooks as either."""
    if not name.isascii():
        with suppress(idna.IDNAError):
            return idna.encode(name, uts46=True).decode()
    return name.lower()


def source_of(address: str) -> str:
    """Return the source that a delivery names: its address, normalised; "" where it names none.

    What cannot be read as an address is a source too, under its own text: no store, rather than none named.
    """
    if not address.isascii():
        # A header's bytes are handed on one by one, as Latin-1; a shop sends UTF-8.
        with suppress(UnicodeError):
            address = address.encode("latin-1").decode()
    return normalised(address) or woocommerce.told(address, LONGEST_SOURCE).lower()


def find(db: Connection, source: str) -> Row[Any] | None:
    """Return the store registered under this (normalised) address."""
    found: Row[Any] | None = _BY_SOURCE.first(db, named=source)
    return found


def get(db: Connection, store_id: int) -> Row[Any]:
    """Return a store; raises NotFound."""
    missing = "There is no such store."
    row: Row[Any] | None = _BY_ID.first(db, store=check_id(store_id, missing))
    if row is None:
        raise NotFound(missing)
    return row


def find_named(db: Connection, site_id: str) -> Row[Any] | None:
    """Return the store with this short name, in large or small letters."""
    named = select(stores).where(func.lower(stores.c.site_id) == site_id.lower())
    # Two that differ in that alone may be there from before; then the exact one is meant.
    return db.execute(named.order_by(stores.c.site_id != site_id, stores.c.id).limit(1)).first()


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


def channel(store: Row[Any]) -> Channel:
    """Return what orders.record must know of a store."""
    return orders.channel_of(store)


def signer(db: Connection, source: str, ring: Keyring) -> tuple[int | None, list[str]]:
    """Return the id of the store with this (normalised) address, and what its deliveries may be signed with.

    That is its own secrets that are valid now, or the shared one while it has none. The id is None where
    there is no such store: then it is every store's secrets, for a clone of a store signs with the store's.
    """
    rows = _SIGNER_AT.all(db, named=source)
    if rows:
        return rows[0].id, _valid(rows, ring)
    return None, [ring.shared, *_valid(db.execute(_SIGNERS).all(), ring)]


def own_signers(db: Connection, ring: Keyring) -> dict[int, list[str]]:
    """Return the own secrets that are valid now of each store that has any, by the store's id."""
    found: dict[int, list[str]] = {}
    for row in db.execute(_SIGNERS.where(store_secrets.c.id.is_not(None))):
        is_valid = row.valid_until is None or row.valid_until > clock.now()
        secret = ring.vault.open(row.secret_encrypted) if is_valid else None
        if secret is not None:
            found.setdefault(row.id, []).append(secret)
    return found


def secrets_of(db: Connection, store_id: int, ring: Keyring) -> list[str]:
    """Return what deliveries of this store may be signed with: as `signer`."""
    return _valid(db.execute(_SIGNERS.where(stores.c.id == store_id)).all(), ring)


def _valid(rows: Sequence[Any], ring: Keyring) -> list[str]:
    """Open the secrets that are valid now; each row is a store with one of its secrets, or with none."""
    now = clock.now()
    valid = [
        ring.vault.open(row.secret_encrypted)
        for row in rows
        if row.secret_encrypted is not None and (row.valid_until is None or row.valid_until > now)
    ]
    shared_until = [row.shared_secret_until for row in rows if row.shared_secret_until is not None]
    if any(row.secret_encrypted is None for row in rows) or any(until > now for until in shared_until):
        valid.append(ring.shared)
    return [secret for secret in valid if secret is not None]


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
    values = {"rejected_signatures": stores.c.rejected_signatures + 1, "rejected_at": clock.now()}
    db.execute(update(stores).where(stores.c.id == store_id).values(**values))


def note_contact(db: Connection, store: Row[Any], now: datetime) -> None:
    """Remember when the store was last in contact, at most once a minute."""
    if store.last_contact_at is None or now - store.last_contact_at > _CONTACT_EVERY:
        database.update_row(db, stores, store.id, last_contact_at=now)
        hours.note(db, store.id, "fine")
