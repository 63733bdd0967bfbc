"""What can go wrong when a store is asked, as exceptions that carry their own sentence. No HTTP here.

The sentences are shown to the owner, so they say what to do; they never hold a key or an address's query.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from writer.lib import clock

_LONGEST_WAIT_S = 24 * 3600


class StoreError(Exception):
    """A store did not do what was asked. `permanent`: asking the same again will not help.

    `retry_after_s` is how long the store asks to be left alone; `code` is WooCommerce's word, or "".
    """

    permanent = False

    def __init__(self, sentence: str, *, retry_after_s: int | None = None, code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry_after_s = retry_after_s
        self.code = code


class StoreUnreachable(StoreError):
    """No answer: no such host, refused, silent, cut off. A write may have been applied or not."""


class CertificateRefused(StoreUnreachable):
    """There is an answer, but nothing vouches for who gives it."""


class StoreBusy(StoreError):
    """The store asks for patience (429, 503)."""


class KeysRefused(StoreError):
    """The consumer key and secret are not good for this (401, 403)."""


class KeysReadOnly(KeysRefused):
    """The keys may read and not write."""


class NotThere(StoreError):
    """The store has no such thing, or has it no more."""

    permanent = True


class StoreMoved(StoreError):
    """The store answers with a redirect, which is never followed with keys in hand."""

    permanent = True


class BlockedByFirewall(StoreError):
    """Something in front of WooCommerce answers in its place."""


class NotWooCommerce(StoreError):
    """At this address no WooCommerce answers."""

    permanent = True


class Refused(StoreError):
    """WooCommerce understood and said no (another 4xx)."""

    permanent = True


class BadAnswer(StoreError):
    """The answer is not what WooCommerce says: not JSON, another shape, too large."""


class TooHeavy(StoreError):
    """What was asked for may have been too much for the host: asking for less can help."""


class StoreBroken(TooHeavy):
    """The store has an error of its own (5xx)."""


class StoreSilent(StoreUnreachable, TooHeavy):
    """The store was reached and gave no answer in time."""


class AnswerTooLarge(BadAnswer, TooHeavy):
    """The answer is larger than any that is read."""


class CachedAnswer(StoreError):
    """Something in front of the store answers with what it kept, so the answer may be of any time."""


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by lower-case name, the body as bytes."""

    method: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the parsed body; raises BadAnswer, or BlockedByFirewall for a page instead of JSON."""
        try:
            return json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            pass
        if self.is_page:
            raise BlockedByFirewall(
                "The store answered with a web page instead of data: most likely a firewall or a bot check"
                " of the host. Ask the host to let this server's address through to /wp-json/."
            )
        raise BadAnswer(
            f"The answer (status {self.status}) is not JSON. A plugin or a PHP warning may write into it."
        )

    @property
    def is_page(self) -> bool:
        return "html" in self.headers.get("content-type", "") or self.body.lstrip()[:1] == b"<"

    @property
    def cached_by(self) -> str | None:
        """Return the header that says this is a kept answer; None where none does."""
        for name, value in self.headers.items():
            if name == "age" and value.strip().isdecimal() and int(value) > 0:
                return f"Age: {value.strip()}"
            # X-Cache, CF-Cache-Status, X-LiteSpeed-Cache, X-Proxy-Cache, X-Kinsta-Cache and their like.
            if "cache" in name and re.search(r"\bhit\b", value, re.IGNORECASE):
                return f"{name}: {plain(value)[:40]}"
        return None

    @property
    def error(self) -> tuple[str, str]:
        """Return WooCommerce's code and message, both "" where there are none."""
        try:
            said = json.loads(self.body)
        except (ValueError, RecursionError):
            return "", ""
        if not isinstance(said, dict) or "code" not in said:
            return "", ""
        return str(said["code"])[:100], plain(str(said.get("message", "")))


def plain(text: str) -> str:
    """Return a store's message as one short line without markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())[:200]


def check(answer: Answer) -> None:
    """Return where the answer is a success (2xx) of now; else raise what it means."""
    if answer.status // 100 == 2:
        if answer.cached_by is not None:
            raise CachedAnswer(
                f"A cache answers in the store's place ({answer.cached_by}), so nobody knows from when its"
                " numbers are. Exclude /wp-json/ from the page cache of the shop or its host."
            )
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
    return Refused(f"The store refused the request ({answer.status}){said}", code=code)


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
