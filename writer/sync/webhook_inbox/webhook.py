"""The way in for WooCommerce's webhooks.

The answers follow what WooCommerce does with them (measured): it never retries, disables a webhook after
seven failures in a row, and sends its ping again for ever unless that is answered exactly 200.
"""

import json

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected

from writer import db
from writer.people import auth
from writer.sync.webhook_inbox import intake
from writer.sync.webhook_inbox.intake import Sent

PATH = "/api/woocommerce/webhook"
bp = Blueprint("webhook", __name__)


@bp.post(PATH)
@auth.public
def receive() -> Response:
    """Take one delivery: 200 whatever a signed body says, 401 unsigned, 400 no JSON, 5xx not kept."""
    body = request.get_data(cache=False)
    if len(body) < (request.content_length or 0):
        raise ClientDisconnected
    if is_ping(body):
        return answered("pong")
    return answered(intake.take(db.database(), current_app.extensions["keyring"], sent(body)))


def sent(body: bytes) -> Sent:
    """Return a delivery as the present request brought it."""
    source, topic, signature = (
        request.headers.get(f"X-WC-Webhook-{name}", "") for name in ("Source", "Topic", "Signature")
    )
    return Sent(body, source, topic, signature)


def is_ping(body: bytes) -> bool:
    """Tell whether this is a ping: a form of one field, unsigned, by which WooCommerce greets an address."""
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    return is_form and len(body) < 64 and body.startswith(b"webhook_id=") and body[11:].strip().isdigit()


def answered(outcome: str) -> Response:
    """Answer a delivery that is done with: 200, whatever came of it."""
    body = json.dumps({"status": "ok", "outcome": outcome})
    return Response(body, 200, content_type="application/json")
