"""The REST door of the fake store: finds the route, checks the key, answers errors the way WordPress does."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.fake_services import (
    store_batch_rest,
    store_orders_rest,
    store_products_rest,
    store_refunds_rest,
    store_webhooks_rest,
)
from tests.fake_services.store_answers import (
    NO_CACHE,
    Answer,
    Request,
    RestError,
    keep_fields,
    listed,
    parse_body,
)
from tests.fake_services.store_auth import Authenticator
from tests.fake_services.store_model import ApiKey
from tests.fake_services.store_state import StoreState

ALLOWED_HEADERS = ("Authorization", "X-WP-Nonce", "Content-Disposition", "Content-MD5", "Content-Type")
Handler = Callable[..., Answer]
ROUTES: list[tuple[re.Pattern[str], dict[str, Handler]]] = [
    (re.compile(pattern), methods)
    for pattern, methods in (
        *store_orders_rest.ROUTES,
        *store_refunds_rest.ROUTES,
        *store_products_rest.ROUTES,
        *store_batch_rest.ROUTES,
        *store_webhooks_rest.ROUTES,
    )
]
NO_ROUTE = ("rest_no_route", "No route was found matching the URL and request method.")


def handle(state: StoreState, auth: Authenticator, request: Request) -> Answer:
    """The answer to one request; its headers are complete but for those of the HTTP server."""
    key: ApiKey | None = None
    allow = ""
    try:
        key = auth.authenticate(request)  # a signature covers the method as sent
        request.method = _method(request)
        auth.check_permission(key, request.method)
        methods, ids = _find(request)
        if key is None:
            raise _refusal(request)
        allow = _allow(methods)
        request.params = parse_body(request)
        answer = methods[request.method](state, request, *ids)
        answer = keep_fields(answer, listed(request.query.get("_fields")))
    except RestError as error:
        answer = error.answer()
        allow = allow if error.known_route else ""
    return _with_headers(state, answer, request, allow, is_known=key is not None)


def _method(request: Request) -> str:
    asked = request.query.get("_method") or request.headers.get("x-http-method-override")
    return str(asked).upper() if asked and request.method == "POST" else request.method


def _find(request: Request) -> tuple[dict[str, Handler], tuple[int, ...]]:
    for pattern, methods in ROUTES:
        match = pattern.fullmatch(request.route)
        if match:
            if request.method not in methods:
                break
            return methods, tuple(int(group) for group in match.groups())
    raise RestError(404, *NO_ROUTE, known_route=False)


def _allow(methods: dict[str, Handler]) -> str:
    return ", ".join(name for name in ("GET", "POST", "PUT", "PATCH", "DELETE") if name in methods)


def _refusal(request: Request) -> RestError:
    """What a request without a (valid) key hears."""
    is_single = bool(re.search(r"/\d+$", request.route))
    if request.route.endswith("batch"):
        code, message = "batch", "Sorry, you are not allowed to batch manipulate this resource."
    elif request.method == "GET" and is_single:
        code, message = "view", "Sorry, you cannot view this resource."
    elif request.method == "GET":
        code, message = "view", "Sorry, you cannot list resources."
    elif request.method == "DELETE":
        code, message = "delete", "Sorry, you are not allowed to delete this resource."
    elif is_single:
        code, message = "edit", "Sorry, you are not allowed to edit this resource."
    else:
        code, message = "create", "Sorry, you are not allowed to create resources."
    return RestError(401, f"woocommerce_rest_cannot_{code}", message)


def _with_headers(
    state: StoreState, answer: Answer, request: Request, allow: str, *, is_known: bool
) -> Answer:
    headers = {
        "X-Robots-Tag": "noindex",
        "Link": f'<{state.url}/wp-json/>; rel="https://api.w.org/"',
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Expose-Headers": "X-WP-Total, X-WP-TotalPages, Link",
        "Access-Control-Allow-Headers": ", ".join(ALLOWED_HEADERS),
    }
    headers |= answer.headers
    if allow:
        headers["Allow"] = allow
    if is_known:
        headers |= NO_CACHE
    elif request.method == "GET":
        headers["Vary"] = "Origin"
    answer.headers = headers
    return answer
