"""REST routes of webhooks, and the little of `system_status` and the index that a client looks at."""

from __future__ import annotations

import string
from collections.abc import Callable

from tests.fake_services.store_answers import Answer, Request, RestError, not_in_enum
from tests.fake_services.store_lists import page_answer, parse_list_query
from tests.fake_services.store_model import JsonDict, Webhook
from tests.fake_services.store_payload import HOOKS, api_url, webhook_payload
from tests.fake_services.store_state import StoreState

STATUSES = ("active", "paused", "disabled")
INVALID_ID = ("woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.")


def add(state: StoreState, topic: str, url: str, *, secret: str, name: str) -> Webhook:
    """A webhook in the store. Without a secret the store makes one up, and never shows it."""
    made_up = "".join(state.random.choices(string.ascii_letters + string.digits, k=50))
    hook = Webhook(state.count_up("webhook"), name, topic, url, secret or made_up, state.now())
    state.webhooks[hook.id] = hook
    return hook


def list_webhooks(state: StoreState, request: Request) -> Answer:
    wanted = parse_list_query(state, request)
    status = request.query.get("status", "all")
    # Newest first, but those of one second in the order they were made.
    found = sorted(state.webhooks.values(), key=lambda hook: hook.created_at, reverse=wanted.descending)
    ids = [hook.id for hook in found if status in ("all", hook.status)]

    def build(hook_id: int) -> JsonDict:
        return webhook_payload(state, state.webhooks[hook_id])

    return page_answer(state, request, wanted, ids, build)


def create_webhook(state: StoreState, request: Request) -> Answer:
    params = request.params
    if params.get("topic") not in HOOKS:
        message = "Webhook topic is required and must be valid."
        raise RestError(400, "woocommerce_rest_shop_webhook_invalid_topic", message)
    url = str(params.get("delivery_url", ""))
    if not url.startswith(("http://", "https://")):
        message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise RestError(400, "woocommerce_rest_shop_webhook_invalid_delivery_url", message)
    name = str(params.get("name", "Webhook created"))
    hook = add(state, params["topic"], url, secret=str(params.get("secret", "")), name=name)
    _set_status(hook, params)
    headers = {"Location": api_url(state, f"webhooks/{hook.id}")}
    answer = Answer(201, webhook_payload(state, hook), headers, is_object=True)
    answer.before_sending = lambda: state.ping(hook)
    return answer


def _hook(state: StoreState, hook_id: int, missing: int = 404) -> Webhook:
    hook = state.webhooks.get(hook_id)
    if hook is None:
        raise RestError(missing, *INVALID_ID)
    return hook


def _set_status(hook: Webhook, params: JsonDict) -> None:
    if params.get("status") is not None:
        if params["status"] not in STATUSES:
            raise not_in_enum("status", "status", STATUSES)
        hook.status = params["status"]  # the count of failures stays: one more disables it again


def get_webhook(state: StoreState, request: Request, hook_id: int) -> Answer:
    return Answer(200, webhook_payload(state, _hook(state, hook_id)), is_object=True)


def update_webhook(state: StoreState, request: Request, hook_id: int) -> Answer:
    hook = _hook(state, hook_id, missing=400)
    params = request.params
    _set_status(hook, params)
    hook.topic = params["topic"] if params.get("topic") in HOOKS else hook.topic
    hook.delivery_url = str(params.get("delivery_url", hook.delivery_url))
    hook.name = str(params.get("name", hook.name))
    hook.secret = str(params.get("secret", hook.secret))
    hook.modified_at = state.now()
    answer = Answer(200, webhook_payload(state, hook), is_object=True)
    if hook.pending_ping:
        answer.before_sending = lambda: state.ping(hook)
    return answer


def delete_webhook(state: StoreState, request: Request, hook_id: int) -> Answer:
    hook = _hook(state, hook_id)
    if str(request.query.get("force", request.params.get("force", ""))).lower() not in {"true", "1"}:
        raise RestError(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.")
    del state.webhooks[hook_id]
    return Answer(200, webhook_payload(state, hook), is_object=True)


def system_status(state: StoreState, request: Request) -> Answer:
    environment = {
        "home_url": state.url,
        "site_url": state.url,
        "version": state.version,
        "wp_version": state.wp_version,
        "wp_multisite": False,
        "wp_debug_mode": False,
        "wp_cron": True,
        "language": "en_US",
        "php_version": "8.2.35",
        "default_timezone": "UTC",
    }
    settings = {
        "api_enabled": False,
        "force_ssl": False,
        "currency": state.currency,
        "currency_symbol": state.currency,
        "HPOS_enabled": state.rules == "new",
    }
    database = {"wc_database_version": state.version, "database_prefix": "wp_"}
    return Answer(200, {"environment": environment, "database": database, "settings": settings})


ROUTES: list[tuple[str, dict[str, Callable[..., Answer]]]] = [
    ("webhooks", {"GET": list_webhooks, "POST": create_webhook}),
    (
        r"webhooks/(\d+)",
        {
            "GET": get_webhook,
            **dict.fromkeys(("POST", "PUT", "PATCH"), update_webhook),
            "DELETE": delete_webhook,
        },
    ),
    ("system_status", {"GET": system_status}),
]
