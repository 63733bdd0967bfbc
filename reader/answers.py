"""Answers of the routes: JSON, problem details and texts, with how long they may be cached."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, current_app

from reader.settings import Settings

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
JSON, SVG, PROBLEM = "application/json", "image/svg+xml", "application/problem+json"
# Of the writer's list in docs/errors.md.
CODES = {404: "not_found", 405: "method_not_allowed", 503: "service_unavailable"}


def settings() -> Settings:
    found: Settings = current_app.config["READER"]
    return found


def answer(body: str, content_type: str, age_s: int | None = None, status: int = 200) -> Response:
    """Return an answer that may be cached for `age_s` or as long as the settings say; errors never."""
    age = settings().max_age_s if age_s is None else age_s
    keep = f"public, max-age={age}, stale-while-revalidate={settings().stale_s}"
    headers = {"Cache-Control": keep if age >= 0 and status == 200 else "no-store"}
    if content_type not in (JSON, PROBLEM):  # a name from the address or the shell may hold anything
        body = NOT_XML.sub("\ufffd", body)
    if content_type.startswith(("text/html", SVG)):
        headers["Content-Security-Policy"] = POLICY
    return Response(body, status, headers, content_type=content_type)


def as_json(body: Mapping[str, Any], age_s: int | None = None) -> Response:
    return answer(json.dumps(body, ensure_ascii=False), JSON, age_s)


def problem(status: int, detail: str, **more: Any) -> Response:
    """Return an error as problem details (RFC 9457)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {"code": CODES.get(status, "bad_request"), "detail": detail}
    return answer(json.dumps(body | more), PROBLEM, status=status)
