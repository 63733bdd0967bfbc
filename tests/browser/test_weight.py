"""What a page weighs: the first one of a browser, and each one after it. Counted where it is served."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import PATIENCE_MS
from tests.delivering import deliver, make_order_body
from tests.makers import session_cookie
from tests.serving import served

MOST_BYTES = 120_000
PAGES = ("/", "/orders", "/orders/1", "/stock", "/stores", "/sales", "/to-sort")


@dataclass
class Counted:
    """An application, and every answer it gave: the path, and the bytes of its body as they are sent."""

    app: WSGIApplication
    answers: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        parts = list(self.app(environ, start_response))
        self.answers.append((environ["PATH_INFO"], sum(map(len, parts))))
        return parts

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.answers]


@pytest.fixture
def counted(app: Flask) -> Counted:
    deliver(app.test_client(), make_order_body())
    return Counted(app)


@pytest.fixture
def browser(app: Flask, counted: Counted, chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that has seen nothing yet, in which ada is signed in."""
    with served(counted) as base_url:
        context = chromium.new_context(base_url=base_url)
        context.set_default_timeout(PATIENCE_MS)
        name, value = session_cookie(app, "ada")
        context.add_cookies([{"name": name, "value": value, "url": base_url}])
        counted.answers.clear()
        yield context
        context.close()


@pytest.mark.parametrize("path", PAGES)
def test_the_first_page_of_a_browser_is_light(browser: BrowserContext, counted: Counted, path: str) -> None:
    browser.new_page().goto(path, wait_until="networkidle")

    assert sum(size for _, size in counted.answers) <= MOST_BYTES, counted.answers


def test_every_later_page_asks_for_nothing_but_itself(browser: BrowserContext, counted: Counted) -> None:
    page = browser.new_page()
    for path in PAGES:  # some have a script of their own
        page.goto(path, wait_until="networkidle")
    asked = {}
    for path in PAGES:
        counted.answers.clear()
        page.goto(path, wait_until="load")
        asked[path] = counted.paths

    assert asked == {path: [path] for path in PAGES}
