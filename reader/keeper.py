"""The thin layer before Flask: it repeats finished answers for as long as nothing changed."""

import gzip
import hashlib
import logging
import re
import time
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Response
from werkzeug.datastructures import Headers

from reader.figures import Figures
from reader.settings import Settings
from reader.source import NotThere, Source, Unreadable

PARAMETERS = (
    "by",
    "range",
    "from",
    "to",
    "compare",
    "model",
    "variant",
    "tz",
    "label",
    "style",
)  # all others are ignored
NAMES_ITSELF = ("/", "/feed.xml")  # contain the address of their request
MOST_KEPT = 200  # answers, of 90 kB at most
NO_GZIP = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
log = logging.getLogger("reader")


class Kept(NamedTuple):
    """A finished answer and the state of the database that it is valid for."""

    token: tuple[Any, ...] | None
    status: str
    forms: list[
        tuple[bytes, str, list[tuple[str, str]]]
    ]  # body, ETag, headers; plain, and compressed if that is smaller


class Keeper:
    """The thin layer before Flask: cached answers, and the HTTP headers of every answer."""

    def __init__(self, flask: WSGIApplication, settings: Settings) -> None:
        self.flask, self.origins, self.source = flask, settings.origins, Source(settings)
        # The privacy settings and the answers made with them; older answers are never repeated.
        self.kept: tuple[int | None, dict[tuple[str, ...], Kept]] = (None, {})
        self.good_at = 0.0  # when an answer was last known to be valid; 0: never
        self.trouble = ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        key, token = self._key(environ), None
        setting, answers = self.kept
        try:
            token = self.source.look()
            found: Figures | Unreadable = Figures(self.source, token)
            if token[2] != setting:
                self.kept = setting, answers = token[2], {}
        except Unreadable as error:
            found = Figures(None) if isinstance(error, NotThere) and not self.good_at else error
            self._log(error)
        kept = answers.get(key)
        if kept and kept.token == token:
            self.good_at, self.trouble = time.time(), ""
            return self._give(environ, start_response, kept)
        if not kept or token:
            told = {"reader.figures": found, "reader.good_at": self.good_at}
            made = self._make({**environ, **told}, key, token)
            if token and made.status < "5":
                self.good_at, self.trouble = time.time(), ""
            if made.token:
                if len(answers) >= MOST_KEPT:
                    answers.clear()
                answers[key] = made
            if not kept or made.status < "5":
                return self._give(environ, start_response, made)
        age = ("Age", str(int(time.time() - self.good_at)))
        return self._give(environ, start_response, kept, age, ("Warning", '110 - "Response is stale"'))

    def _key(self, environ: WSGIEnvironment) -> tuple[str, ...]:
        """Return what an answer depends on besides the database; () if it is not cached."""
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return ()
        if query:  # the first of several values counts; an empty one counts as absent
            told = dict(reversed(parse_qsl(query)))
            query = urlencode([(name, told[name]) for name in PARAMETERS if name in told])
        if path in NAMES_ITSELF:
            return path, query, environ["wsgi.url_scheme"], environ.get("HTTP_HOST", "")
        return path, query

    def _log(self, error: Exception) -> None:
        """Log an error when it begins, not with each request."""
        if str(error) != self.trouble:
            self.trouble = str(error)
            log.warning("the database cannot be read: %s", error)

    def _make(self, environ: WSGIEnvironment, key: tuple[str, ...], token: tuple[Any, ...] | None) -> Kept:
        """Have Flask make the answer and add its headers; without a token it is not cached."""
        if key:
            environ |= {"REQUEST_METHOD": "GET", "QUERY_STRING": key[1]}
        response = Response.from_app(self.flask, environ, buffered=True)
        is_good, body, headers = response.status_code == 200, response.get_data(), response.headers
        headers.update({"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin"})
        headers.update({} if self.origins else {"Access-Control-Allow-Origin": "*"})
        if is_good and environ["REQUEST_METHOD"] == "OPTIONS":
            headers.update(PREFLIGHT)
            told = [(name, value) for name, value in headers.items() if not name.startswith("Content-")]
            return Kept(None, "204 No Content", [(b"", "", told)])
        packed = gzip.compress(body, 9, mtime=0) if is_good and len(body) > 700 else b""
        vary = [name for name, so in (("Accept-Encoding", packed), ("Origin", self.origins)) if so]
        headers.update({"Vary": ", ".join(vary)} if vary else {})
        tag = hashlib.blake2b(body, digest_size=12).hexdigest() if is_good else ""
        forms = [_form(body, headers, tag)]
        if packed:
            forms.append(_form(packed, headers | {"Content-Encoding": "gzip"}, f"{tag}-gzip"))
        is_kept = key and is_good and headers["Cache-Control"] != "no-store"
        return Kept(token if is_kept else None, response.status, forms)

    def _give(
        self, environ: WSGIEnvironment, start_response: StartResponse, kept: Kept, *more: tuple[str, str]
    ) -> Iterable[bytes]:
        accepted, status = environ.get("HTTP_ACCEPT_ENCODING", ""), kept.status
        is_packed = len(kept.forms) > 1 and "gzip" in accepted and not NO_GZIP.search(accepted)
        body, tag, headers = kept.forms[is_packed]
        if self.origins and (origin := environ.get("HTTP_ORIGIN")) in self.origins:
            more += (("Access-Control-Allow-Origin", origin),)
        if more:
            headers = [*headers, *more]
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and tag and (known == "*" or tag in re.findall(r'"[^"]*"', known)):
            status, body = "304 Not Modified", b""
            headers = [header for header in headers if not header[0].startswith("Content-")]
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _form(body: bytes, headers: Headers, tag: str) -> tuple[bytes, str, list[tuple[str, str]]]:
    own = {"Content-Length": str(len(body))} | ({"ETag": f'"{tag}"'} if tag else {})
    return body, own.get("ETag", ""), list((headers | own).items())
