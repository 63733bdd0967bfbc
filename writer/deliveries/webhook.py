"""The way in for WooCommerce's webhooks: verify over the raw bytes, keep, process, answer.

The answers follow what WooCommerce does with them (measured): it never retries, disables a webhook after
seven failures in a row, and sends its ping again for ever unless that is answered exactly 200.
"""

import json
from typing import Any

from flask import Blueprint, Response, current_app, request
from sqlalchemy import Connection, Row

from writer import accounts, listings, stores, woocommerce
from writer.db import database, lock, transaction
from writer.deliveries import actions
from writer.errors import problem
from writer.stores import Keyring
from writer.woocommerce import is_signed

webhook = Blueprint("webhook", __name__)


@webhook.post("/api/woocommerce/webhook")
@accounts.public
def receive() -> Response:
    """Take one delivery: 200 whatever a signed body says, 401 unsigned, 400 no JSON, 5xx not kept."""
    body = request.get_data(cache=False)
    return answered("pong") if is_ping(body) else take(body)


def take(body: bytes, is_trusted: bool = False) -> Response:
    """Verify, keep and process WooCommerce's own body; `is_trusted`: who sends it is known already."""
    source = stores.normalised(request.headers.get("X-WC-Webhook-Source", ""))
    ring: Keyring = current_app.extensions["keyring"]
    with database().glance() as db:
        store_id, secrets = signer(db, source, ring)
    if not is_trusted and not is_signed(body, request.headers.get("X-WC-Webhook-Signature", ""), secrets):
        return reject(store_id)
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return problem(400, "not_json", "The body is signed, but it is not JSON.")
    topic = request.headers.get("X-WC-Webhook-Topic", "").strip().lower() or "order.updated"
    if topic not in woocommerce.ORDER_TOPICS:
        if topic == "product.updated" and store_id is not None:
            listings.product_changed(database(), store_id, payload)
        return answered("ignored")
    return keep(store_id, source, topic[:60], body, payload)


def signer(db: Connection, source: str, ring: Keyring) -> tuple[int | None, list[str]]:
    """Return whose delivery it is and what it may be signed with; without a source it is the only store's."""
    if not source:
        only = stores.only_one(db)
        if only is not None:
            return only.id, stores.secrets_of(db, only.id, ring)
    return stores.signer(db, source, ring)


def keep(store_id: int | None, source: str, topic: str, body: bytes, payload: Any) -> Response:
    """Keep what is signed rightly, with its effect, and answer it once it cannot be lost any more."""

    def work(db: Connection, is_alone: bool) -> str:
        # A store is read again, for its settings may have changed; one that was unknown may be known by now.
        store = stores.get(db, store_id) if store_id is not None else first_store(db, source, payload)
        return actions.accept(db, store, source, topic, body, payload, is_alone)

    return answered(database().joined(work))


def first_store(db: Connection, source: str, payload: Any) -> Row[Any] | None:
    """Register the store whose delivery is the first there ever was; None where another's was before."""
    lock(db, "stores")
    store = stores.find(db, source) if source else stores.only_one(db)
    if store is None and stores.count(db) == 0:
        store = stores.register(db, source or _host_in(payload), "first delivery")
    return store


def is_ping(body: bytes) -> bool:
    """Tell whether this is a ping: a form of one field, unsigned, by which WooCommerce greets an address."""
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    return is_form and len(body) < 64 and body.startswith(b"webhook_id=") and body[11:].strip().isdigit()


def reject(store_id: int | None) -> Response:
    """Answer what is not signed rightly, and count it for the page of the store it names."""
    if store_id is not None:
        with transaction() as db:
            stores.note_rejected(db, store_id)
    return problem(401, "bad_signature", "The signature does not fit the body and the secret of this store.")


def _host_in(payload: Any) -> str:
    """Return the address an order's own links name, where the header does not say the source."""
    try:
        link = str(payload["_links"]["self"][0]["href"])
    except (KeyError, IndexError, TypeError):
        return "store"
    return stores.normalised(link.split("/wp-json/")[0]) or "store"


def answered(outcome: str) -> Response:
    """Answer a delivery that is done with: 200, whatever came of it."""
    return Response(json.dumps({"status": "ok", "outcome": outcome}), 200, content_type="application/json")
