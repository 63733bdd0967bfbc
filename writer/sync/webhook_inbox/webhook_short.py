"""The way in for small plugins and scripts: an order in the short form, or WooCommerce's own.

Signed like WooCommerce's webhooks, or sent with `Authorization: Bearer <WEBHOOK_SHARED_SECRET>`. What is
correctly signed is answered 200 and kept, as at /api/woocommerce/webhook.
"""

import hmac
import json
from typing import Any

from flask import Blueprint, Response, current_app, request
from sqlalchemy import Connection

from writer import stores
from writer.db import database
from writer.people import auth
from writer.stores import Keyring, woocommerce
from writer.sync import simple_orders
from writer.sync.webhook_inbox import intake, webhook

bp = Blueprint("simple_orders", __name__, url_prefix="/webhooks/woocommerce")

ABOUT = """
### Webhooks

Stores deliver to `POST /api/woocommerce/webhook`, signed by WooCommerce. Small plugins and scripts may send
to `POST /webhooks/woocommerce/order_paid` and `POST /webhooks/woocommerce/refund_or_cancel` instead:
WooCommerce's own order, or the short form

    {"site_id": "uk", "order_id": 1001, "status": "processing",
     "line_items": [{"line_item_id": 11, "sku": "FIRE24", "qty": 2}]}

signed with `X-WC-Webhook-Signature` (base64 of the HMAC-SHA256 of the body under the store's secret) or sent
with `Authorization: Bearer <WEBHOOK_SHARED_SECRET>`.

* `site_id` is the store's short name; it may be left out where `X-WC-Webhook-Source` names the store's
  address, or where there is one store only. A short name that no store has is held, also where the store
  at that address has another one.
* `status` may be left out: `order_paid` means processing, `refund_or_cancel` means cancelled. A line needs
  `line_item_id` or `sku`. `date_modified_gmt`, `date_paid_gmt`, `number`, `currency`, `total` may be added.
* `order_paid` lists all lines of the order. It does not bring back an order that was cancelled or refunded
  since, unless it carries a `date_modified_gmt` that is newer.
* `refund_or_cancel` with status cancelled, failed or pending takes back the whole order, whatever lines it
  lists; refunded without lines refunds all of it. With any other status, or refunded, `line_items` are
  units refunded of those lines: `qty` is how many were refunded **in all so far**, so that a repeated
  message changes nothing; or, with a `refund_id`, how many this one refund holds. The order is refunded
  once all its units are.
* The answer is 200 with `{"status": "ok", "outcome": ...}`: recorded, repeat, stale, held (no store has this
  `site_id` yet: accept it on the page Webhook inbox), or failed (kept and tried again). 401: not signed.
  422: a field cannot be used, nothing was kept.
"""


@bp.post("/order_paid")
@auth.public
def order_paid() -> Response:
    """Take an order that was paid."""
    return _take(simple_orders.PAID)


@bp.post("/refund_or_cancel")
@auth.public
def refund_or_cancel() -> Response:
    """Take an order that was cancelled, or units of it that were refunded."""
    return _take(simple_orders.RETURNED)


def _take(topic: str) -> Response:
    body = request.get_data(cache=False)
    if webhook.is_ping(body):
        return webhook.answered("pong")
    ring: Keyring = current_app.extensions["keyring"]
    is_trusted = _has_bearer(ring)
    sent, payload = webhook.sent(body), _parsed(body)
    if not simple_orders.is_short(payload):
        return webhook.answered(intake.take(database(), ring, sent, is_trusted))
    site_id = woocommerce.told(payload.get("site_id") or "", 60)
    with database().glance() as db:
        source, store_id, secrets = _sender(db, site_id, sent.source, ring)
    if not is_trusted:
        intake.verify(database(), sent, store_id, secrets)
    simple_orders.check(payload)
    return webhook.answered(intake.keep(database(), store_id, source, topic, body, payload))


def _sender(db: Connection, site_id: str, header: str, ring: Keyring) -> tuple[str, int | None, list[str]]:
    """Return the source a message is kept under, the store it is from, and what it may be signed with.

    The store is the one of this short name, else of this address, else the only one.
    """
    source, told = stores.source_of(header), stores.source_of(site_id)
    named = stores.find_named(db, site_id) if site_id else None
    if named is not None:
        return source or told, named.id, stores.secrets_of(db, named.id, ring)
    at = stores.find(db, source) if source and told else None
    # A store that has a short name is not meant by another one; one that has none may be called anything.
    if at is not None and (at.site_id is not None or stores.find(db, told) is not None):
        source = told
    return source or told, *intake.signer(db, source or told, ring)


def _has_bearer(ring: Keyring) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_same = hmac.compare_digest(given.strip().encode("utf-8", "replace"), ring.shared.encode())
    return is_same and scheme.lower() == "bearer"


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
