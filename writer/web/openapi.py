"""The API's documentation: /openapi.json for programs, and the same for people at /docs.

Also /docs/errors, which explains each error code, and what every JSON API shares: the problem that an error
is answered with, and how a body is read.
"""

import json
import threading
from http import HTTPStatus
from inspect import signature
from typing import Annotated, Any

from flask import Blueprint, Response, current_app, render_template, request
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, Field, ValidationError
from werkzeug.exceptions import BadRequest

from writer.lib.error_codes import ERROR_CODES
from writer.lib.errors import Invalid, InvalidJson
from writer.web import prose, reference
from writer.web.errors import DOCS, problem

bp = Blueprint("openapi", __name__)
_writing = threading.Lock()
ABOUT = """
### Requests

* A body is a JSON object. A field that is not documented is refused with 422, and `errors` names it.
* Times are ISO 8601; without a zone they are UTC. Answers are in UTC. A day of a filter is a day in UTC.
* The date of a sale may be up to a day ahead, because a local time that is sent without its zone looks like
  hours ahead; the units leave the stock at once. The time of a stock movement must not be in the future; a
  clock that is up to a minute ahead means now.
* `Idempotency-Key` makes a request safe to repeat for 7 days, where it is documented: the same key with the
  same method, address and body gets the first answer again, with the header `Idempotent-Replayed: true`, and
  changes nothing. Setting the status of an order needs none: the same status again changes nothing.
* Lists hold what the caller may see. `hidden` is true if there are stores that the caller may not see; an
  admin grants them on the pages Users and API tokens.
* A deleted sale is answered with 410 `gone` until the page `/sales/{id}` restores it, under the same id.
"""
_Key = Annotated[str, Field(min_length=1, max_length=255)]
_REPEATS = (
    "Makes the request safe to repeat for 7 days: the same key with the same method, address and body gets"
    " the first answer again, with the header `Idempotent-Replayed: true`, and changes nothing, whatever"
    " happened since. Keys belong to a token or user. The same key with another request is refused with 422;"
    " a request that was refused leaves its key free."
)
_UNKNOWN = "There is no such field."


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(
        json_schema_extra={"example": f"{DOCS}#invalid"}, description="The page that explains the code."
    )
    title: str = Field(json_schema_extra={"example": "Unprocessable Entity"})
    status: int = Field(json_schema_extra={"example": 422})
    code: str = Field(
        description="A stable word for programs.",
        json_schema_extra={"enum": [*ERROR_CODES], "example": "invalid"},
    )
    detail: str = Field(
        description="A sentence for a person.",
        json_schema_extra={
            "example": "The request cannot be used as it is. quantity: Input should be at least 1."
        },
    )
    errors: dict[str, str] = Field(
        default_factory=dict,
        description="What is wrong with each field.",
        json_schema_extra={"example": {"quantity": "Input should be at least 1."}},
    )


class OnceHeader(BaseModel):
    """The header that makes a request safe to send again."""

    idempotency_key: _Key = Field(default_factory=str, alias="Idempotency-Key", description=_REPEATS)


class RequiredOnceHeader(BaseModel):
    """The header that makes a request safe to send again, which must not be left out."""

    idempotency_key: _Key = Field(alias="Idempotency-Key", description=_REPEATS)


def problems(*codes: str) -> dict[str | int | HTTPStatus, Any]:
    """Describe, by status, the problems of these codes that an API answers."""
    found: dict[str | int | HTTPStatus, Any] = {}
    for code in codes:
        entry = ERROR_CODES[code]
        described = found.get(str(entry.status), {"description": ""})["description"]
        found[str(entry.status)] = {
            "description": f"{described} `{code}`: {entry.meaning}".lstrip(),
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return found


PROBLEMS = problems(
    "bad_request",
    "invalid_json",
    "unauthorized",
    "forbidden",
    "not_found",
    "conflict",
    "content_too_large",
    "unsupported_media_type",
    "invalid",
    "service_unavailable",
)


def register(app: OpenAPI) -> None:
    """Give `app` its documentation, and one way to refuse what its APIs cannot use."""
    app.validation_error_model = Problem
    app.validation_error_callback = refuse
    app.security_schemes = {"token": {"type": "http", "scheme": "bearer"}}
    app.jinja_env.filters.update(marked=prose.line, marked_blocks=prose.blocks)
    app.register_blueprint(bp)


def refuse(error: ValidationError) -> Response:
    """Answer what pydantic found wrong as a problem that names each field."""
    found: dict[str, str] = {}
    for wrong in error.errors(include_url=False, include_input=False, include_context=False):
        sentence = f"{wrong['msg'].removeprefix('Value error, ')}."
        found.setdefault(_field(wrong["loc"]), _UNKNOWN if wrong["type"] == "extra_forbidden" else sentence)
    listed = " ".join(f"{field}: {sentence}" for field, sentence in found.items())
    return problem("invalid", f"The request cannot be used as it is. {listed}", found)


def _field(place: tuple[int | str, ...]) -> str:
    """Return "quantity", or for one line of a list "lines.2.quantity"."""
    is_in_list = len(place) > 1 and isinstance(place[1], int)
    return ".".join(str(part) for part in place[: 3 if is_in_list else 1]) or "body"


def check_body() -> None:
    """Let only JSON objects through to the views of a blueprint, and no field to a view that takes none.

    Raises UnsupportedMediaType, InvalidJson, and Invalid where it is no object or names a field in vain.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    view = current_app.view_functions[request.endpoint or ""]
    if "body" in signature(view).parameters:
        _check_object()
    elif request.is_json and (sent := request.get_json(silent=True)):
        fields = [*sent] if isinstance(sent, dict) else ["body"]
        raise Invalid("This request takes no body.", dict.fromkeys(fields, _UNKNOWN))


def _check_object() -> None:
    try:
        body = request.get_json()
    except (BadRequest, RecursionError):
        raise InvalidJson("The body is not valid JSON.", {"body": "is not valid JSON"}) from None
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object.", {"body": "must be a JSON object"})


@bp.get("/openapi.json")
def openapi() -> Response:
    """The description of the JSON API, for programs."""
    return Response(_description(), content_type="application/json")


@bp.get("/docs")
def page() -> str:
    """The description of the JSON API, for people."""
    base = request.host_url.rstrip("/")
    described = json.loads(_description())
    return render_template(
        "docs.html",
        subjects=reference.read(described, base),
        about=described["info"]["description"],
        error=reference.example_of(described, "Problem"),
        base=base,
    )


@bp.get(DOCS)
def errors() -> str:
    """Every error code: what it means and what to do."""
    return render_template("docs_errors.html", codes=ERROR_CODES.values())


def _description() -> str:
    # Made once: flask-openapi3 would make it again for every request.
    kept: dict[str, Any] = current_app.extensions
    with _writing:
        if "openapi" not in kept:
            kept["openapi"] = json.dumps(current_app.api_doc)  # type: ignore[attr-defined]  # of OpenAPI
    text: str = kept["openapi"]
    return text
