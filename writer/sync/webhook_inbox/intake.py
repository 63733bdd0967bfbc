"""Taking what was delivered, whatever brought it: verify over the raw bytes, keep with its effect."""

import json
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Row, Transaction

from writer import stores
from writer.db import Database, lock, share
from writer.lib.errors import DomainError, InvalidJson
from writer.stores import Keyring, is_signed, listings, woocommerce
from writer.sync.webhook_inbox import actions

_read: WeakKeyDictionary[Transaction, dict[int, Row[Any]]] = WeakKeyDictionary()


class BadSignature(DomainError):
    """What was delivered is not signed by the store it names."""

    code = "bad_signature"


class Sent(NamedTuple):
    """One delivery as it was sent: the exact body, and what the headers X-WC-Webhook-... say."""

    body: bytes
    source: str
    topic: str
    signature: str


def take(database: Database, ring: Keyring, sent: Sent, is_trusted: bool = False) -> str:
    """Verify and keep WooCommerce's own body with its effect; return the outcome, once it is committed.

    `is_trusted`: who sends it is known already. Raises BadSignature, InvalidJson.
    """
    source = stores.source_of(sent.source)
    with database.glance() as db:
        store_id, secrets = signer(db, source, ring)
    if not is_trusted:
        verify(database, sent, store_id, secrets)
    try:
        payload = json.loads(sent.body)
    except (ValueError, RecursionError) as error:
        raise InvalidJson("The body is signed, but it is not JSON.") from error
    topic = sent.topic.strip().lower() or "order.updated"
    if topic in woocommerce.ORDER_TOPICS:
        signed_by = _own_signer(database, sent, ring) if store_id is None and not is_trusted else None
        return keep(database, store_id, source, topic, sent.body, payload, signed_by)
    if topic == "product.updated" and store_id is not None:
        listings.product_changed(database, store_id, payload)
    return "ignored"


def signer(db: Connection, source: str, ring: Keyring) -> tuple[int | None, list[str]]:
    """Return whose delivery it is and what it may be signed with; without a source it is the only store's."""
    if not source:
        only = stores.only_one(db)
        if only is not None:
            return only.id, stores.secrets_of(db, only.id, ring)
    return stores.signer(db, source, ring)


def _own_signer(database: Database, sent: Sent, ring: Keyring) -> int | None:
    """Return the one store whose own secret signed what an unknown source sent, None if it was the shared one
    or several have it."""
    with database.glance() as db:
        signers = stores.own_signers(db, ring)
    found = [store_id for store_id, own in signers.items() if is_signed(sent.body, sent.signature, own)]
    return found[0] if len(found) == 1 else None


def verify(database: Database, sent: Sent, store_id: int | None, secrets: list[str]) -> None:
    """Raise BadSignature where none of the secrets made the signature, counted for the page of the store."""
    if is_signed(sent.body, sent.signature, secrets):
        return
    if store_id is not None:
        with database.transaction() as db:
            stores.note_rejected(db, store_id)
    raise BadSignature("The signature does not fit the body and the secret of this store.")


def keep(
    database: Database,
    store_id: int | None,
    source: str,
    topic: str,
    body: bytes,
    payload: Any,
    signed_by: int | None = None,
) -> str:
    """Keep what is signed rightly, with its effect; return the outcome once it cannot be lost any more."""

    def work(db: Connection) -> str:
        # A store is read again, for its settings may have changed; one that was unknown may be known by now.
        store = _store(db, store_id) if store_id is not None else first_store(db, source, payload)
        return actions.accept(db, store, source, topic, body, payload, signed_by)

    outcome: str = database.joined(work)
    return outcome


def _store(db: Connection, store_id: int) -> Row[Any]:
    """Return a store as it is in this transaction, read once for all deliveries that are joined in it."""
    transaction = db.get_transaction()
    assert transaction is not None
    read = _read.setdefault(transaction, {})
    if store_id not in read:
        share(db, f"store {store_id}")
        read[store_id] = stores.get(db, store_id)
    return read[store_id]


def first_store(db: Connection, source: str, payload: Any) -> Row[Any] | None:
    """Register the store whose delivery is the first there ever was; None where another's was before.

    A source that cannot be read is never made a store unasked.
    """
    lock(db, "stores")
    store = stores.find(db, source) if source else stores.only_one(db)
    is_readable = not source or stores.normalised(source) != ""
    if store is None and is_readable and stores.count(db) == 0:
        store = stores.register(db, source or _host_in(payload), "first delivery")
    return store


def _host_in(payload: Any) -> str:
    """Return the address an order's own links name, where the header does not say the source."""
    try:
        link = str(payload["_links"]["self"][0]["href"])
    except (KeyError, IndexError, TypeError):
        return "store"
    return stores.normalised(link.split("/wp-json/")[0]) or "store"
