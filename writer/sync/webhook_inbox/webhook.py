"""The way in for WooCommerce's webhooks.

The answers follow what WooCommerce does with them (measured): it never retries, disables a webhook after
seven failures in a row, and sends its ping again for ever unless that is answered exactly 200.
"""

import io
import json
import time
from collections.abc import Iterable
from functools import cache
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import ClosingIterator

from writer import db
from writer.people import auth
from writer.sync.webhook_inbox import intake
from writer.sync.webhook_inbox.intake import Sent
from writer.web import request_log, security

PATH = "/api/woocommerce/webhook"
_REFUSED = "deliveries.refused"  # in the environment of a request: why the short way does not answer it
bp = Blueprint("webhook", __name__)


@bp.post(PATH)
@auth.public
def receive() -> Response:
    """Take one delivery: 200 whatever a signed body says, 401 unsigned, 400 no JSON, 5xx not kept."""
    refused: Exception | None = request.environ.get(_REFUSED)
    if refused is not None:
        raise refused
    body = request.get_data(cache=False)
    if len(body) < (request.content_length or 0):
        raise ClientDisconnected
    if is_ping(body):
        return answered("pong")
    return answered(
        intake.take(db.database(), current_app.extensions["keyring"], sent(request.environ, body))
    )


class ShortWay:
    """Answers most deliveries before Flask, whose dealings with a request were a fifth of a delivery's time.

    What has another shape, or cannot be taken, goes on to `receive` and is answered like any request.
    """

    def __init__(self, app: Flask) -> None:
        self.flask, self.extensions = app.wsgi_app, app.extensions
        self.most_bytes: int = app.config["MAX_CONTENT_LENGTH"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, as WSGI has it."""
        began = time.perf_counter()
        body = self._body(environ)
        if body is None:
            return self.flask(environ, start_response)
        try:
            database, ring = self.extensions["database"], self.extensions["keyring"]
            outcome = intake.take(database, ring, sent(environ, body))
        except Exception as error:
            environ[_REFUSED], environ[request_log.BEGAN] = error, began
            return self.flask(environ, start_response)
        answer = _said(outcome)
        request_id = request_log.request_id(environ)
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
        headers += [*security.HEADERS.items(), security.NOT_KEPT, ("X-Request-ID", request_id)]
        start_response("200 OK", headers)
        # Logged once it is sent: the line's write would have the others, who were joined with it, go first.
        return ClosingIterator([answer], lambda: request_log.answered(environ, request_id, 200, began))

    def _body(self, environ: WSGIEnvironment) -> bytes | None:
        """Return the body of a delivery; None, and all of it still to be read, where Flask is to answer."""
        if environ.get("PATH_INFO") != PATH or environ["REQUEST_METHOD"] != "POST":
            return None
        told = environ.get("CONTENT_LENGTH", "")
        length = int(told) if len(told) < 10 and told.isascii() and told.isdigit() else 0
        is_json = environ.get("CONTENT_TYPE", "").startswith("application/json")
        if not is_json or not 0 < length <= self.most_bytes:
            return None
        body: bytes = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = io.BytesIO(body)
        return body if len(body) == length else None


def sent(environ: WSGIEnvironment, body: bytes) -> Sent:
    """Return a delivery as the request with this environment brought it."""
    source, topic, signature = (
        environ.get(f"HTTP_X_WC_WEBHOOK_{name}", "") for name in ("SOURCE", "TOPIC", "SIGNATURE")
    )
    return Sent(body, source, topic, signature)


def is_ping(body: bytes) -> bool:
    """Tell whether this is a ping: a form of one field, unsigned, by which WooCommerce greets an address."""
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    return is_form and len(body) < 64 and body.startswith(b"webhook_id=") and body[11:].strip().isdigit()


def answered(outcome: str) -> Response:
    """Answer a delivery that is done with: 200, whatever came of it."""
    return Response(_said(outcome), 200, content_type="application/json")


@cache
def _said(outcome: str) -> bytes:
    return json.dumps({"status": "ok", "outcome": outcome}).encode()
