"""Logs: one JSON object a line, one line a request; never a body, a secret or a query string."""

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, g, request

log = logging.getLogger("writer")
BEGAN = "logs.began"  # in the environment of a request that was dealt with before Flask: since when
# PostgreSQL quotes the row it refuses, and with it what a customer or a store said.
_ROW = re.compile(r"^DETAIL:.*?(?=^\[SQL:|^The above exception|\Z)", re.MULTILINE | re.DOTALL)
_as_json = json.JSONEncoder(default=str).encode
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object; `extra={"fields": {...}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["traceback"] = _ROW.sub("", self.formatException(record.exc_info))
        return _as_json(line)


def start() -> None:
    """Send the product's log lines to standard error as JSON."""
    # What no line says need not be found out for each: https://docs.python.org/3/howto/logging.html#optimization
    logging.logThreads = logging.logMultiprocessing = False
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False


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
