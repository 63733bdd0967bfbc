"""The log of requests: one line for each answer; never a body, a secret or a query string."""

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

log = logging.getLogger("writer")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def register(app: Flask) -> None:
    """Give each request an id, answer it in X-Request-ID, and log one line when it is answered."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.started = time.perf_counter()
    asked = request.headers.get("X-Request-ID", "")
    g.request_id = asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)


def _end(response: Response) -> Response:
    if "request_id" not in g:  # refused before the request began, such as a bad Host
        return response
    response.headers["X-Request-ID"] = g.request_id
    fields = {
        "request_id": g.request_id,
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.started) * 1000, 1),
        "address": request.remote_addr,
    }
    log.info("request", extra={"fields": fields})
    return response
