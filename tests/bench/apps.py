"""What the reader is compared with: a constant WSGI application, and the straightforward Flask one."""

import json
import os
import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# {path: [status, [[header, value] ...], body]} as the reader itself answered before the measuring began
CONSTANT = {
    path.encode().decode("latin-1"): (status, [(n, v) for n, v in headers], [body.encode()])
    for path, (status, headers, body) in json.loads(os.environ.get("BENCH_ANSWERS", "{}")).items()
}


def bare(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer the reader's own bytes without doing anything."""
    status, headers, body = CONSTANT.get(environ["PATH_INFO"], ("200 OK", [("Content-Length", "0")], [b""]))
    start_response(status, headers)
    return body


straightforward = Flask("straightforward")


def _ask(query: str) -> list[Any]:
    connection = sqlite3.connect(os.environ["BENCH_DATABASE"])
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@straightforward.get("/api/sales/total")
def total() -> dict[str, Any]:
    return {"total": _ask("SELECT coalesce(sum(quantity), 0) FROM sales")[0][0]}


@straightforward.get("/api/sales/by-type")
def by_type() -> dict[str, Any]:
    rows = _ask("SELECT model, variant, sum(quantity) FROM sales GROUP BY 1, 2 ORDER BY 1, 2")
    return {"breakdown": [{"model": m, "variant": v, "count": n} for m, v, n in rows]}
