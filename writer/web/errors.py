"""The one way each error is answered, whatever raised it.

JSON under /api and /webhooks: RFC 9457 problem details. Everywhere else: a page.
"""

import json
import logging
from http import HTTPStatus

from flask import Flask, Response, g, render_template, request
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

from writer.db import is_unreachable
from writer.lib.error_codes import ERROR_CODES
from writer.lib.errors import DomainError, RateLimited

log = logging.getLogger("writer")
DOCS = "/docs/errors"  # the page that explains each code
# The code and sentence of an error of Flask's own; None: the sentence it comes with.
_HTTP: dict[int, tuple[str, str | None]] = {
    400: ("bad_request", "The request could not be understood."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    410: ("gone", None),
    413: ("content_too_large", "What was sent is too large."),
    415: ("unsupported_media_type", None),
    416: ("range_not_satisfiable", None),
}


def problem(code: str, detail: str, errors: dict[str, str] | None = None) -> Response:
    """Build the one JSON error shape (RFC 9457): type, title, status, code, detail, errors?."""
    status = ERROR_CODES[code].status
    body: dict[str, object] = {
        "type": f"{DOCS}#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    answer = Response(json.dumps(body), status=status, content_type="application/problem+json")
    if status == 503:
        answer.headers["Retry-After"] = "2"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="onerom-sales"'
    return answer


def wants_json() -> bool:
    """Tell whether the request in hand is a program's, so that errors are answered as JSON."""
    if request.path.startswith(("/api/", "/webhooks/")) or request.path in ("/openapi.json", "/health"):
        return True
    accepted = request.accept_mimetypes
    if request.endpoint is None and accepted and "text/html" not in accepted.values():
        return True  # nothing is here, and it is no browser that asks
    return bool(accepted) and accepted["application/json"] > accepted["text/html"]


def answer(code: str, detail: str, errors: dict[str, str] | None = None) -> Response:
    """Answer an error as JSON to a program and as a page to a person."""
    if wants_json():
        return problem(code, detail, errors)
    status = ERROR_CODES[code].status
    page = render_template("error.html", status=status, detail=detail, errors=errors or {})
    response = Response(page, status=status, content_type="text/html; charset=utf-8")
    if status == 503:
        response.headers["Retry-After"] = "2"
    return response


def register(app: Flask) -> None:
    """Make `app` answer every error in the one way."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def _domain_error(error: DomainError) -> Response:
    response = answer(error.code, error.sentence, error.errors)
    if isinstance(error, RateLimited):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or (error.code or 500) < 400:
        return error  # a redirect, or an answer somebody already made
    status = error.code or 500
    code, sentence = _HTTP.get(status, ("bad_request" if status < 500 else "internal_error", None))
    response = answer(code, sentence or error.description or HTTPStatus(status).phrase)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _database_error(error: DBAPIError) -> Response:
    if not isinstance(error, OperationalError):
        return _unexpected(error)
    log.error("database refused", extra={"fields": {"error": str(error.orig)}})
    if is_unreachable(error):
        return answer("service_unavailable", "PostgreSQL does not answer just now. Please try again.")
    return answer(
        "service_unavailable", "The database is busy or cannot be written just now. Please try again."
    )


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected error", exc_info=error)
    request_id = getattr(g, "request_id", "unknown")
    return answer("internal_error", f"Something went wrong here. Please quote request {request_id}.")
