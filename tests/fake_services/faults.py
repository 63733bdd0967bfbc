"""What can be wrong with a store, switched on and off at any time. The server asks before each answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any

from tests.fake_services.store_answers import NO_CACHE, Answer, Request

DOWN_FOR_MAINTENANCE = "Briefly unavailable for scheduled maintenance. Check back in a minute."
NO_DATABASE = "<h1>Error establishing a database connection</h1>"
CHALLENGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking</body></html>"
BLOCKED = (
    "<html><head><title>403 Forbidden</title></head><body><h1>Blocked by the firewall</h1></body></html>"
)


class Dropped(Exception):
    """The connection is to be cut without an answer."""


@dataclass
class Faults:
    """All off. `only` limits every fault to requests for which it says True (method, path)."""

    down: bool = False  # nobody listens: connection refused
    maintenance: bool = False  # 503, Retry-After 600
    rate_limited_s: int | None = None  # 429 with this Retry-After
    keys_revoked: bool = False  # every key is unknown
    broken: bool = False  # 500, the database is away
    deactivated: bool = False  # WooCommerce switched off: 404 rest_no_route
    firewall_page: bool = False  # 200 with a page of HTML
    firewall_block: bool = False  # 403 with a page of HTML
    redirect_to: str | None = None  # 301 to this host, "https://elsewhere.example"
    hang_s: float = 0  # silence for so long, then cut; nothing is applied
    slow_s: float = 0  # answers, but this late
    drop_before: int = 0  # so many coming requests are cut before anything is applied
    drop_after_write: int = 0  # so many coming writes are applied, then cut before the answer
    fail_every: int = 0  # every n-th request is a 500
    fail_pages: frozenset[int] | set[int] = frozenset()  # these pages of lists are a 500
    most_listed: int = 0  # lists asked for with more per page are a 500: no memory; 0: any number
    most_given: int = 0  # a list never holds more, whatever was asked for; 0: as asked for
    drops_headers: frozenset[str] | set[str] = frozenset()  # a proxy loses these headers, by lower-case name
    lists_as_objects: bool = False  # PHP lists have a gap in their keys: {"0": ..., "2": ...}
    keeps_answers: bool = False  # a page cache answers GETs of an address it has seen; says so by no header
    only: Callable[[str, str], bool] | None = None
    wait: Callable[[float], object] = field(
        default=lambda seconds: None, repr=False
    )  # ends when the store stops
    _asked: int = field(default=0, repr=False)
    _kept: dict[str, Answer] = field(default_factory=dict, repr=False)

    def clear(self) -> None:
        """Everything works again."""
        for each in fields(self):
            if each.name not in {"wait", "_asked", "_kept"}:
                setattr(self, each.name, each.default)
        self._kept.clear()

    def applies(self, request: Request) -> bool:
        return self.only is None or self.only(request.method, request.path)

    def before(self, request: Request) -> Answer | None:
        """The answer that stands in for the store's own, if something is wrong. May wait; may cut."""
        if not self.applies(request):
            return None
        self._asked += 1
        if self.drop_before > 0:
            self.drop_before -= 1
            raise Dropped
        if self.hang_s:
            self.wait(self.hang_s)
            raise Dropped
        if self.slow_s:
            self.wait(self.slow_s)
        if self.most_given and "per_page" in request.query:
            request.query["per_page"] = str(min(int(request.query["per_page"]), self.most_given))
        if self.keeps_answers and request.method == "GET":
            kept = self._kept.get(_address(request))
            if kept is not None:
                return kept
        return self._page(request) or self._error(request)

    def passing(self, request: Request, answer: Answer) -> Answer:
        """What becomes of an answer on its way."""
        if not self.applies(request):
            return answer
        headers = {
            name: value for name, value in answer.headers.items() if name.lower() not in self.drops_headers
        }
        body = with_gaps(answer.body) if self.lists_as_objects else answer.body
        sent = replace(answer, headers=headers, body=body)
        if self.keeps_answers and request.method == "GET" and sent.status == 200:
            self._kept[_address(request)] = sent
        return sent

    def after(self, request: Request) -> None:
        if self.drop_after_write > 0 and request.method != "GET" and self.applies(request):
            self.drop_after_write -= 1
            raise Dropped

    def _page(self, request: Request) -> Answer | None:
        html = "text/html; charset=UTF-8"
        if self.redirect_to:
            query = f"?{request.raw_query}" if request.raw_query else ""
            return Answer(301, b"", {"Location": f"{self.redirect_to}{request.path}{query}"}, html)
        if self.firewall_page:
            return Answer(200, CHALLENGE.encode(), {}, html)
        if self.firewall_block:
            return Answer(403, BLOCKED.encode(), {}, html)
        return None

    def _error(self, request: Request) -> Answer | None:
        if self.rate_limited_s is not None:
            body = {"code": "too_many_requests", "message": "Too many requests.", "data": {"status": 429}}
            return Answer(429, body, {"Retry-After": str(self.rate_limited_s)})
        if self.maintenance:
            return Answer(503, _wp_die(DOWN_FOR_MAINTENANCE, 503), {"Retry-After": "600", **NO_CACHE})
        if self.deactivated:
            message = "No route was found matching the URL and request method."
            return Answer(404, {"code": "rest_no_route", "message": message, "data": {"status": 404}})
        if self.broken or self._is_nth() or self._is_failing_page(request) or self._is_too_heavy(request):
            return Answer(500, _wp_die(NO_DATABASE, 500), dict(NO_CACHE))
        return None

    def _is_nth(self) -> bool:
        return self.fail_every > 0 and self._asked % self.fail_every == 0

    def _is_failing_page(self, request: Request) -> bool:
        page = str(request.query.get("page", "1"))
        return request.method == "GET" and page.isdigit() and int(page) in self.fail_pages

    def _is_too_heavy(self, request: Request) -> bool:
        asked = str(request.query.get("per_page", "10"))
        return 0 < self.most_listed < int(asked) and request.method == "GET"


def with_gaps(body: Any) -> Any:
    """Return JSON in which every list of objects is written as PHP writes one whose keys have a gap."""
    if isinstance(body, dict):
        return {name: with_gaps(value) for name, value in body.items()}
    if isinstance(body, list) and body and all(isinstance(item, dict) for item in body):
        return {str(number * 2): with_gaps(item) for number, item in enumerate(body)}
    return body


def _address(request: Request) -> str:
    return f"{request.path}?{request.raw_query}"


def _wp_die(message: str, status: int) -> dict[str, object]:
    return {"code": "wp_die", "message": message, "data": {"status": status}, "additional_errors": []}
