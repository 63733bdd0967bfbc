"""Logs: one JSON object a line, one line a request; never a body, a secret or a query string."""

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime

from flask import Flask, Response, g, request

log = logging.getLogger("writer")
# PostgreSQL quotes the row it refuses, and with it what a customer or a store said.
_ROW = re.compile(r"^DETAIL:.*?(?=^\[SQL:|^The above exception|\Z)", re.MULTILINE | re.DOTALL)
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
        return json.dumps(line, default=str)


def start() -> None:
    """Send the product's log lines to standard error as JSON."""
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
