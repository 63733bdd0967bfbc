"""Every error code that is answered: its status, what it means and what to do.

Answers, the page /docs/errors, the OpenAPI description and docs/errors.md all follow this list.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorCode:
    """One code: a stable word for programs. `meaning` and `remedy` are sentences for people, in Markdown."""

    code: str
    status: int
    meaning: str
    remedy: str


_LIST = (
    ErrorCode(
        "bad_request",
        400,
        "The request could not be understood.",
        "Check the address, the headers and the body; `detail` says more.",
    ),
    ErrorCode("invalid_json", 400, "The body is not valid JSON.", "Send JSON, encoded as UTF-8."),
    ErrorCode(
        "unauthorized",
        401,
        "Nobody is signed in, or the token is not valid.",
        "Sign in, or send a valid token as `Authorization: Bearer <token>`. The page API tokens makes one.",
    ),
    ErrorCode(
        "bad_signature",
        401,
        "A webhook is not signed with a secret of the store that it names.",
        "Use the same secret in the store's webhook and here; the store's page Connect sets both.",
    ),
    ErrorCode(
        "forbidden",
        403,
        "You are known, but may not do this.",
        "Use a token with scope `write`, ask an admin, or change your password first; `detail` says which.",
    ),
    ErrorCode(
        "not_found",
        404,
        "There is nothing at this address, or it belongs to a store that you may not see.",
        "Check the address and the id; an admin grants stores on the pages Users and API tokens.",
    ),
    ErrorCode(
        "method_not_allowed",
        405,
        "This address does not take that method.",
        "Use a method that the header `Allow` names.",
    ),
    ErrorCode(
        "conflict",
        409,
        "The request clashes with what is there.",
        "Read the current state again; `detail` says what is in the way.",
    ),
    ErrorCode(
        "not_enough_stock",
        409,
        "Fewer units are available than were asked for.",
        "Ask for fewer units, or send `allow_oversell: true`.",
    ),
    ErrorCode(
        "gone",
        410,
        "It was there, and somebody deleted it.",
        "Stop asking for it, or restore it on the page that `detail` names.",
    ),
    ErrorCode("content_too_large", 413, "The body is too large.", "Send less at once."),
    ErrorCode(
        "unsupported_media_type",
        415,
        "The body has a media type that this address does not take.",
        "Send `Content-Type: application/json` to the API, and forms to pages.",
    ),
    ErrorCode(
        "range_not_satisfiable",
        416,
        "The file has no such range of bytes.",
        "Ask for a range inside the file, or for all of it.",
    ),
    ErrorCode(
        "invalid",
        422,
        "A value cannot be used, or a field is unknown; `errors` names each.",
        "Correct the fields that `errors` names. Nothing was stored.",
    ),
    ErrorCode(
        "rate_limited",
        429,
        "It was tried too often.",
        "Wait as many seconds as the header `Retry-After` says.",
    ),
    ErrorCode(
        "internal_error",
        500,
        "Something went wrong here.",
        "Look for the request id in the writer's log; `detail` and the header `X-Request-ID` name it.",
    ),
    ErrorCode(
        "store_refused",
        502,
        "The store did not do it, and nothing is changed here.",
        "Read in `detail` what the store said; try again once the store can be reached.",
    ),
    ErrorCode(
        "service_unavailable",
        503,
        "The database or a store cannot be used just now.",
        "Try again after as many seconds as the header `Retry-After` says.",
    ),
)
ERROR_CODES = {entry.code: entry for entry in _LIST}
