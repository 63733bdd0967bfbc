"""The log of requests: one line for each answer; never a body, a secret or a query string."""

import logging
import re
import secrets
import time
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

log = logging.getLogger("writer")
BEGAN = "logs.began"  # in the environment of a request that was dealt with before Flask: since when
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def register(app: Flask) -> None:
    """Give each request an id, answer it in X-Request-ID, and log one line when it is answered."""
    app.before_request(_begin)
    app.after_request(_end)


def request_id(environ: WSGIEnvironment) -> str:
    """Return the id of a request: the one it was sent with, or one of its own."""
    asked = environ.get("HTTP_X_REQUEST_ID", "")
    return asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)


def answered(environ: WSGIEnvironment, request_id: str, status: int, began: float) -> None:
    """Log the line of a request that is answered; `began` is when, by time.perf_counter."""
    fields = {
        "request_id": request_id,
        "method": environ["REQUEST_METHOD"],
        # WSGI has bytes as Latin-1.
        "path": environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace"),
        "status": status,
        "ms": round((time.perf_counter() - began) * 1000, 1),
        "address": environ.get("REMOTE_ADDR"),
    }
    log.info("request", extra={"fields": fields})


def _begin() -> None:
    g.started = request.environ.get(BEGAN) or time.perf_counter()
    g.request_id = request_id(request.environ)


def _end(response: Response) -> Response:
    if "request_id" not in g:  # refused before the request began, such as a bad Host
        return response
    response.headers["X-Request-ID"] = g.request_id
    answered(request.environ, g.request_id, response.status_code, g.started)
    return response
