"""What browser tests may ask for: a page in a real Chromium that must not complain."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.makers import session_cookie

DESKTOP = (1280, 800)
PHONE = (390, 844)
PATIENCE_MS = 45_000  # a machine may be busy with much else
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of this test run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def browser_context(
    request: pytest.FixtureRequest, chromium: Browser, writer_server: str
) -> Iterator[BrowserContext]:
    """A fresh browser, as wide as a desktop or, where a test is marked so, as a phone; addresses start at the
    writer. How pages look at every width is test_every_page's to say."""
    width, height = PHONE if request.node.get_closest_marker("phone") else DESKTOP
    context = chromium.new_context(base_url=writer_server, viewport={"width": width, "height": height})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def browser_page(browser_context: BrowserContext) -> Iterator[Page]:
    """A page nobody is signed in on; at the end nothing may have been complained of in its console."""
    page = browser_context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert [complaint for complaint in complaints if not is_answer(complaint)] == []


def is_answer(complaint: str) -> bool:
    """Tell whether it is only Chromium's remark on a 4xx page that the test asked for."""
    return complaint.startswith("Failed to load resource: the server responded with a status of 4")


@pytest.fixture
def admin_page(app: Flask, browser_page: Page, writer_server: str) -> Page:
    """A page on which ada, an admin, is signed in."""
    name, value = session_cookie(app, "ada")
    browser_page.context.add_cookies([{"name": name, "value": value, "url": writer_server}])
    return browser_page


@pytest.fixture
def check_width(browser_page: Page) -> Iterator[None]:
    """At the end the page must not be wider than its window."""
    yield
    # What a test looked for can be there before the style sheets are.
    browser_page.wait_for_load_state("load")
    assert browser_page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
