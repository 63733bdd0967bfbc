"""What an answer that is no success means: one exception for each way to refuse or to fail."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from writer.lib import clock
from writer.stores.woocommerce.answer import Answer
from writer.stores.woocommerce.problems import (
    BlockedByFirewall,
    CachedAnswer,
    KeysReadOnly,
    KeysRefused,
    NotThere,
    NotWooCommerce,
    RequestRefused,
    StoreBroken,
    StoreBusy,
    StoreError,
    StoreMoved,
)

_LONGEST_WAIT_S = 24 * 3600
# What nginx and Apache say to plain http at a port for TLS.
_PLAIN_TO_TLS = re.compile(rb"plain HTTP (?:request was sent to HTTPS port|to an SSL-enabled server port)")
TOO_OLD = "WooCommerce is older than 5.8 there: it cannot list orders by when they changed. Update it."


def check(answer: Answer) -> None:
    """Return where the answer is a success (2xx) of now; else raise what it means."""
    # A kept "there is no such order" is as little believed as a kept order.
    if answer.status // 100 in (2, 4) and answer.cached_by is not None:
        raise CachedAnswer(
            f"A cache answers in the store's place ({answer.cached_by}), so nobody knows from when its"
            " numbers are. Exclude /wp-json/ from the page cache of the shop or its host."
        )
    if answer.status // 100 == 2:
        return
    if answer.status // 100 == 3:
        raise _moved(answer)
    raise _CHECKS.get(answer.status, _other)(answer)


def _moved(answer: Answer) -> StoreError:
    asked, target = urlsplit(answer.url), urlsplit(answer.headers.get("location", ""))
    if not target.netloc:
        return StoreMoved(
            "The store answers with a redirect. Enter the address that the shop has in the browser."
        )
    if (asked.scheme, target.scheme) == ("http", "https") and asked.hostname == target.hostname:
        return StoreMoved("The store has moved from http to https. Change its address to https://.")
    path = target.path.partition("/wp-json")[0].rstrip("/")
    return StoreMoved(
        f"The store sends us on to {target.scheme}://{target.netloc}{path}. Keys are not sent there: if that"
        " is its address, change the address here."
    )


def _unauthorised(answer: Answer) -> StoreError:
    code, message = answer.error
    if not code:
        if "www-authenticate" in answer.headers:
            return BlockedByFirewall(
                "The web server asks for a password of its own, before WordPress. Take that lock off"
                " /wp-json/."
            )
        return BlockedByFirewall(
            f"Something in front of WooCommerce refuses us (status {answer.status}): a firewall or a security"
            " plugin. Ask the host to let this server's address through to /wp-json/."
        )
    if not code.startswith("woocommerce_"):
        return BlockedByFirewall(
            f"A plugin or the host keeps the REST API shut: “{message or code}”. Allow /wp-json/wc/v3/ in"
            " its settings.",
            code=code,
        )
    if "write permissions" in message:
        return KeysReadOnly(READ_ONLY, code=code)
    if "read permissions" in message:
        return KeysRefused("The key may only write. Give it the permission Read/Write.", code=code)
    if code == "woocommerce_rest_authentication_error" and "key is invalid" in message:
        return KeysRefused(UNKNOWN_KEY, code=code)
    if code == "woocommerce_rest_authentication_error":
        return KeysRefused(f"The store refuses the keys: “{message}”", code=code)
    return KeysRefused(UNKNOWN_KEY, code=code)


READ_ONLY = "The key may only read. In WooCommerce give it the permission Read/Write."
UNKNOWN_KEY = (
    "The store does not know this consumer key, or its user may not do this. Make a key with the"
    " permission Read/Write for an administrator or shop manager."
)


def _missing(answer: Answer) -> StoreError:
    code, message = answer.error
    if code == "rest_no_route":
        return NotWooCommerce(
            "There is a WordPress, but no WooCommerce REST API in it: the plugin is switched off or too old.",
            code=code,
        )
    if code:
        return NotThere(f"The store has no such thing: “{message or code}”", code=code)
    return NotWooCommerce(
        "No REST API is found at this address. Check the address; in WordPress, Settings > Permalinks must"
        " not be “Plain”."
    )


def _bad_request(answer: Answer) -> StoreError:
    code, message = answer.error
    if not code and _PLAIN_TO_TLS.search(answer.body[:5000]):
        return StoreMoved("This port speaks https: begin the address with https://.")
    if code == "rest_invalid_param" and "orderby" in message:
        return NotWooCommerce(TOO_OLD, code=code)
    if code.endswith("invalid_id"):
        return NotThere(f"The store has no such thing: “{message or code}”", code=code)
    return _other(answer)


def _busy(answer: Answer) -> StoreError:
    wait = retry_after_s(answer.headers.get("retry-after", ""))
    code, message = answer.error
    what = "asks us to slow down (429)" if answer.status == 429 else "is not available just now (503)"
    return StoreBusy(f"The store {what}{f': “{message}”' if message else '.'}", retry_after_s=wait, code=code)


def retry_after_s(text: str) -> int | None:
    """Read a Retry-After header: seconds or a date; None where there is none, a day at most."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return min(int(text[:9]), _LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(int((until - clock.now()).total_seconds()), 0), _LONGEST_WAIT_S)


def _no_method(answer: Answer) -> StoreError:
    return BlockedByFirewall(
        f"The web server does not let {answer.method} requests through. Ask the host to allow them for"
        " /wp-json/."
    )


def _other(answer: Answer) -> StoreError:
    code, message = answer.error
    said = f": “{message or code}”" if code else "."
    if answer.status >= 500:
        return StoreBroken(f"The store has an error of its own ({answer.status}){said}", code=code)
    return RequestRefused(f"The store refused the request ({answer.status}){said}", code=code)


_CHECKS = {
    400: _bad_request,
    401: _unauthorised,
    403: _unauthorised,
    404: _missing,
    405: _no_method,
    406: _unauthorised,  # what the firewall mod_security answers
    429: _busy,
    503: _busy,
}
