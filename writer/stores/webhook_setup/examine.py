"""Finds problems of a store's webhooks and of the address they are sent to. Pure functions."""

import ipaddress
from typing import Any
from urllib.parse import SplitResult, urlsplit

from writer.stores import woocommerce

PATH = "/api/woocommerce/webhook"
TOPICS = woocommerce.TOPICS
NAMED = "onerom-sales "  # what the names of webhooks begin with that were made from here
POLL_ONLY = (
    "WRITER_PUBLIC_URL is not set, so no webhook is expected: orders are imported by polling, which works"
    " fully and takes some seconds longer."
)
_PORTS = {"https": 443, "http": 80}
_PRIVATE_ENDINGS = (".local", ".lan", ".home", ".internal", ".localhost")

Hook = dict[str, Any]


def delivery_url(public_url: str | None) -> str | None:
    """Return the address stores deliver to, None where the writer has no public one."""
    return f"{public_url.removesuffix(PATH)}{PATH}" if public_url else None


def examine(hooks: list[Hook], url: str, home: str) -> list[str]:
    """Return the problems of a store's webhooks, a sentence each; `home` is the store's own address."""
    found = [sentence for topic in TOPICS if (sentence := _about(topic, hooks, url))]
    left = sorted({str(hook.get("delivery_url"))[:200] for hook in hooks if is_left(hook, url)})
    # One that is sent elsewhere and missing here is said already.
    found += [
        f"An earlier set of webhooks is still sent to {address}. The button removes it."
        for address in left
        if not any(address in sentence for sentence in found)
    ]
    refused = refusal(url, home)
    return [*found, refused] if refused else found


def certain_refusal(url: str, home: str) -> str | None:
    """Return why WordPress will not deliver to an address, None if a shop may have been told to all the same:
    one on a private network is."""
    own = _split(home)
    return None if own is not None and _is_private(own.hostname or "") else refusal(url, home)


def refusal(url: str, home: str) -> str | None:
    """Return why WordPress will not deliver to an address, or None. It refuses only when it delivers."""
    target, own = _split(url), _split(home)
    if target is None:
        return "The webhooks' address cannot be read."
    same_host = own is not None and own.hostname == target.hostname
    if _is_private(target.hostname or "") and not same_host:
        return (
            f"WordPress refuses to deliver to {target.hostname}: it is a private address. Use a public name,"
            " or rely on polling."
        )
    port = target.port or _PORTS[target.scheme]
    if port not in (80, 443, 8080) and not (same_host and own is not None and own.port == port):
        return f"WordPress refuses to deliver to port {port}: it allows 80, 443 and 8080."
    return None


def _about(topic: str, hooks: list[Hook], url: str) -> str | None:
    of_topic = [hook for hook in hooks if hook.get("topic") == topic]
    ours = [hook for hook in of_topic if is_same(str(hook.get("delivery_url")), url)]
    if any(hook.get("status") == "active" for hook in ours):
        return None
    if any(hook.get("status") == "disabled" for hook in ours):
        return f"The webhook {topic} is disabled: WordPress disabled it after seven failed deliveries."
    if ours:
        return f"The webhook {topic} is paused."
    elsewhere = next((hook for hook in of_topic if _is_of_a_writer(hook)), None)
    if elsewhere is not None:
        return f"The webhook {topic} is sent to {str(elsewhere.get('delivery_url'))[:200]} instead of {url}."
    return f"The webhook {topic} is missing."


def is_left(hook: Hook, url: str) -> bool:
    """Tell whether a webhook was made from here for an address that is no longer this one.

    One of another name may belong to another program, or to a person.
    """
    is_ours = str(hook.get("name")).startswith(NAMED) and hook.get("topic") in TOPICS
    return is_ours and _is_of_a_writer(hook) and not is_same(str(hook.get("delivery_url")), url)


def _is_of_a_writer(hook: Hook) -> bool:
    parts = _split(str(hook.get("delivery_url")))
    return parts is not None and parts.path.rstrip("/").endswith(PATH)


def is_same(one: str, other: str) -> bool:
    mine, theirs = _split(one), _split(other)
    if mine is None or theirs is None:
        return False
    return _compared(mine) == _compared(theirs)


def _compared(parts: SplitResult) -> tuple[str, str | None, int | None, str]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme), parts.path.rstrip("/")


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0  # reading an unusable port raises
    except ValueError:
        return None
    return parts if has_host else None


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_ENDINGS)
