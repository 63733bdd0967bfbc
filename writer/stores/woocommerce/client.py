"""Calls one WooCommerce store over its REST API v3; the only file that sends HTTP requests to a store.

Reads are repeated a limited number of times. A write is sent once, because a write without an answer may have
been applied. Redirects are never followed, and the environment's proxies, certificates and .netrc are not
used: only the store's settings decide what is sent.
"""

import logging
import secrets
import time
from dataclasses import dataclass
from typing import Self

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from requests_oauthlib import OAuth1
from urllib3.exceptions import HTTPError

from writer.stores.woocommerce import auth, checks, problems
from writer.stores.woocommerce.answer import Answer
from writer.stores.woocommerce.problems import (
    AnswerTooLarge,
    KeysReadOnly,
    KeysRefused,
    StoreError,
    StoreSilent,
    StoreUnreachable,
)
from writer.stores.woocommerce.routes import Json, Routes

LARGEST_ANSWER = 30_000_000
READ_AGAIN_AFTER_S = (0.3, 0.9)

# Their debug lines contain addresses, and an address can contain a key.
for _name in ("urllib3", "requests_oauthlib", "oauthlib"):
    logging.getLogger(_name).setLevel(logging.INFO)


@dataclass(frozen=True)
class Site:
    """The address and keys of a store. `auth` None: found out at the first call."""

    base_url: str
    key: str
    secret: str
    auth: str | None = None  # 'basic', 'query', 'oauth'
    ca_bundle: str | None = None  # None: the public authorities
    timeout_s: float = 30
    interval_s: float | None = None  # from the end of a call to the next one; None: as space_calls says

    def __repr__(self) -> str:
        return f"Site({self.base_url!r})"


class Client(Routes):
    """Calls to one store; a context manager that closes its connections.

    Every method raises StoreError (see problems.py) if the call failed. `auth` is the way to send the keys
    that worked, to be saved in the store's settings; `has_read` tells that the store answered.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.auth = site.auth
        self.root = f"{site.base_url.rstrip('/')}/wp-json/"
        self._turn = auth.turn(site.base_url)
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.verify = site.ca_bundle or True
        self._http.headers["User-Agent"] = "onerom-sales"
        self._http.headers["Accept"] = "application/json"
        self._http.headers["Cache-Control"] = "no-cache"
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, HTTPAdapter(pool_maxsize=auth.CALLS_AT_ONCE, max_retries=0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(self, method: str, path: str, query: Json, body: Json | None = None) -> Answer:
        """Send a request with the keys; if the way to send them is unknown, find it out first."""
        url = f"{self.root}wc/v3/{path}"
        if self.auth is not None:
            return self._checked(method, url, query, body, self.auth)
        refused: KeysRefused | None = None
        for way in auth.ways(self.site.base_url):
            try:
                answer = self._checked(method, url, query, body, way)
            except KeysRefused as error:
                if not error.code.startswith("woocommerce_rest_cannot"):
                    self.auth = way  # it saw the keys: another way would send the same ones
                    raise
                refused = refused or error
            else:
                self.auth = way
                return answer
        assert refused is not None
        raise refused

    def look(self, query: Json) -> Answer:
        """Request the index of WordPress, which is public."""
        return self._tried("GET", self.root, query, None, None)

    def _checked(self, method: str, url: str, query: Json, body: Json | None, way: str) -> Answer:
        try:
            answer = self._tried(method, url, query, body, way)
        except KeysRefused as error:
            # In whatever language the message is: keys that could read were refused a write.
            if method != "GET" and self.has_read and error.code == "woocommerce_rest_authentication_error":
                raise KeysReadOnly(checks.READ_ONLY, code=error.code) from None
            raise
        self.has_read = self.has_read or method == "GET"
        return answer

    def _tried(self, method: str, url: str, query: Json, body: Json | None, way: str | None) -> Answer:
        """Send a request, a read again after a lost connection or failed gateway; return a 2xx answer."""
        for wait_s in READ_AGAIN_AFTER_S if method == "GET" else ():
            try:
                answer = self._once(method, url, query, body, way)
            except _Lost:
                time.sleep(wait_s)
                continue
            if answer.status not in (502, 504):
                break
            time.sleep(wait_s)
        else:
            answer = self._once(method, url, query, body, way)
        checks.check(answer)
        return answer

    def _once(self, method: str, url: str, query: Json, body: Json | None, way: str | None) -> Answer:
        timeout_s = self.site.timeout_s
        interval_s = auth.least_interval_s() if self.site.interval_s is None else self.site.interval_s
        with self._turn.taken(interval_s, patience_s=2 * timeout_s):
            try:
                response = self._http.request(
                    method,
                    url,
                    params={**query, **_unique(method), **(self._keys() if way == auth.QUERY else {})},
                    json=body,
                    auth=self._signer(way),
                    timeout=timeout_s,
                    allow_redirects=False,
                    stream=True,
                )
                with response:
                    content = _bounded(response, time.monotonic() + 2 * timeout_s)
            except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
                # Without its cause, whose text contains the address, which can contain a key.
                raise _explained(error, timeout_s) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(method, url, response.status_code, headers, content)

    def _signer(self, way: str | None) -> AuthBase | None:
        if way == auth.OAUTH:
            return OAuth1(
                self.site.key, self.site.secret, signature_method="HMAC-SHA256", signature_type="auth_header"
            )
        return HTTPBasicAuth(self.site.key, self.site.secret) if way == auth.BASIC else None

    def _keys(self) -> Json:
        return {"consumer_key": self.site.key, "consumer_secret": self.site.secret}


def _unique(method: str) -> Json:
    """Return what gives every read an address of its own, so that no cache has an answer for it."""
    return {"_": secrets.token_hex(8)} if method == "GET" else {}


class _Lost(StoreUnreachable):
    """The connection was refused or cut quickly, so a read is worth another try."""


def _bounded(response: requests.Response, until: float) -> bytes:
    """Return the body; raises if it is too large or takes too long."""
    content = bytearray()
    for chunk in response.iter_content(65536):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise AnswerTooLarge(f"The answer is larger than {LARGEST_ANSWER // 1_000_000} MB.")
        if time.monotonic() > until:
            raise requests.Timeout
    return bytes(content)


def _explained(error: Exception, timeout_s: float) -> StoreError:
    """Return the StoreError for an exception of the HTTP library, without the address in it."""
    if isinstance(error, requests.exceptions.SSLError) and "WRONG_VERSION_NUMBER" in str(error):
        return problems.StoreMoved("There is no https at this address: begin it with http://.")
    if isinstance(error, requests.exceptions.SSLError):
        return problems.CertificateRefused(
            "The store's certificate cannot be verified: it is self-signed, expired, or for another name."
        )
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        if isinstance(error, requests.ConnectTimeout):
            return StoreUnreachable(f"The store did not answer within {timeout_s:g} seconds.")
        return StoreSilent(f"The store did not answer within {timeout_s:g} seconds.")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema | UnicodeError):
        return StoreUnreachable("This is not an address that can be called.")
    if isinstance(error, requests.exceptions.ConnectionError):
        if "NameResolutionError" in repr(error):
            return StoreUnreachable("There is no host of this name.")
        return _Lost("The store cannot be reached: the connection was refused or cut.")
    if isinstance(error, requests.exceptions.ChunkedEncodingError | HTTPError):
        return _Lost("The connection was cut in the middle of the answer.")
    if "CA certificate" in str(error):
        return problems.CertificateRefused(
            "The file with the private authority's certificates does not exist."
        )
    return StoreUnreachable(f"The store could not be called ({type(error).__name__}).")
