"""Who asks: Basic and query keys over https, OAuth 1.0a over http, and the refusals of each."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import time
from urllib.parse import parse_qsl, quote, unquote

from tests.fake_services.store_answers import Request, RestError
from tests.fake_services.store_model import ApiKey
from tests.fake_services.store_state import StoreState

OAUTH_WINDOW_S = 15 * 60
OAUTH_NEEDED = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)


def _error(message: str) -> RestError:
    return RestError(401, "woocommerce_rest_authentication_error", message, known_route=False)


class Authenticator:
    """Checks one request; `kind` says afterwards how it came."""

    def __init__(
        self, state: StoreState, *, is_https: bool, strip_authorization: bool, revoked: bool
    ) -> None:
        self._state = state
        self._is_https = is_https
        self._strips = strip_authorization
        self._keys = {} if revoked else state.keys
        self.kind = "none"

    def authenticate(self, request: Request) -> ApiKey | None:
        """The key, None for a request without one that counts, or the refusal of a wrong one."""
        header = "" if self._strips else request.headers.get("authorization", "").strip()
        self.kind = _kind(header, request)
        if self.kind == "oauth":
            return self._oauth(request, header)
        if self.kind == "none" or not self._is_https:
            return None  # over plain http WooCommerce does not look at Basic or at keys in the address
        given, secret = _basic(header) if self.kind == "basic" else _from_query(request)
        key = self._keys.get(given)
        if key is not None and not hmac.compare_digest(key.secret.encode(), secret.encode()):
            raise _error("Consumer secret is invalid.")
        return key

    def check_permission(self, key: ApiKey | None, method: str) -> None:
        if key is None:
            return
        needed = "read" if method in {"GET", "HEAD"} else "write"
        if needed not in key.permissions:
            raise _error(f"The API key provided does not have {needed} permissions.")

    def _oauth(self, request: Request, header: str) -> ApiKey | None:
        signed = [(name, value) for name, value in parse_qsl(request.raw_query, keep_blank_values=True)]
        if header.lower().startswith("oauth "):
            found = re.findall(r'(\w+)="([^"]*)"', header)
            signed += [(name, unquote(value)) for name, value in found if name != "realm"]
        oauth = dict(signed)
        for name in OAUTH_NEEDED:
            if not oauth.get(name):
                code = "woocommerce_rest_authentication_missing_parameter"
                raise RestError(401, code, f"Missing OAuth parameter {name}", known_route=False)
        key = self._keys.get(oauth["oauth_consumer_key"])
        if key is None:
            raise _error("Consumer key is invalid.")
        self._check_signature(request, key, signed, oauth)
        self._check_nonce(key, oauth)
        return key

    def _check_signature(
        self, request: Request, key: ApiKey, signed: list[tuple[str, str]], oauth: dict[str, str]
    ) -> None:
        method = oauth["oauth_signature_method"]
        if method not in {"HMAC-SHA1", "HMAC-SHA256"}:
            raise _error("Invalid signature - signature method is invalid.")
        pairs = sorted((_escape(n), _escape(v)) for n, v in signed if n != "oauth_signature")
        normalised = "&".join(f"{name}={value}" for name, value in pairs)
        address = f"{self._state.url}{request.path}"
        text = "&".join((request.method, _escape(address), _escape(normalised)))
        algorithm = hashlib.sha256 if method == "HMAC-SHA256" else hashlib.sha1
        expected = base64.b64encode(hmac.new(f"{key.secret}&".encode(), text.encode(), algorithm).digest())
        if not hmac.compare_digest(expected, oauth["oauth_signature"].replace(" ", "+").encode()):
            raise _error("Invalid signature - provided signature does not match.")

    def _check_nonce(self, key: ApiKey, oauth: dict[str, str]) -> None:
        # Real time: a client signs with the time it has, whatever a test does to the store's clock.
        now = int(time.time())
        stamp = oauth["oauth_timestamp"]
        if not stamp.isdigit() or abs(now - int(stamp)) > OAUTH_WINDOW_S:
            raise _error("Invalid timestamp.")
        used = self._state.nonces
        if (key.key, oauth["oauth_nonce"]) in used:
            raise _error("Invalid nonce - nonce has already been used.")
        used[key.key, oauth["oauth_nonce"]] = now
        while used and next(iter(used.values())) < now - OAUTH_WINDOW_S:
            used.pop(next(iter(used)))


def _escape(text: str) -> str:
    return quote(text, safe="-._~")


def _kind(header: str, request: Request) -> str:
    if header.lower().startswith("oauth ") or "oauth_consumer_key" in request.query:
        return "oauth"
    if header.lower().startswith("basic "):
        return "basic"
    return "query" if "consumer_key" in request.query else "none"


def _basic(header: str) -> tuple[str, str]:
    try:
        name, _, secret = base64.b64decode(header[6:]).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret


def _from_query(request: Request) -> tuple[str, str]:
    return str(request.query.get("consumer_key", "")), str(request.query.get("consumer_secret", ""))
