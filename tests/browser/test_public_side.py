"""The public side in a real browser: the page, and what other sites embed of it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page, expect

from reader.app import create_app
from reader.settings import load
from tests.sales.public_page.makers import sell
from tests.serving import served
from writer.db import Database

OPEN = {"Access-Control-Allow-Origin": "*"}
STRICT = "default-src 'none'; img-src {0}; script-src {0}; connect-src {0}; style-src 'self'"


@pytest.fixture
def public_side(database_url: str, database: Database) -> Iterator[str]:
    """The reader's address, with a year of sales behind it."""
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    with database.transaction() as db:
        for days in range(0, 365, 5):
            sell(db, 10, "Fire", "24pin", now - timedelta(days=days))
            sell(db, 5, "Ice", "28pin", now - timedelta(days=days))
    app = create_app(load({"DATABASE_URL": database_url}))
    with served(app) as address:
        yield address


@pytest.fixture(params=[(1280, 800, "light"), (1280, 800, "dark"), (390, 844, "light"), (390, 844, "dark")])
def visitor(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A stranger's page without JavaScript; nothing may be complained of in its console."""
    width, height, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=False
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    yield page
    context.close()
    assert complaints == []


def test_the_public_page_works_without_javascript(
    visitor: Page, public_side: str, database: Database
) -> None:
    visitor.goto(public_side)
    assert visitor.locator(".total strong").inner_text() == "1,095"
    assert visitor.locator(".model li").count() == 2
    assert visitor.locator("svg.chart rect.bar").count() == 6

    visitor.get_by_role("link", name="Month", exact=True).click()
    expect(visitor.get_by_role("link", name="Month", exact=True)).to_have_attribute("aria-current", "page")
    visitor.get_by_text("As a table").click()
    assert visitor.locator("table tbody tr").count() == 12

    body = visitor.locator("body").bounding_box()
    window = visitor.viewport_size
    assert body is not None
    assert window is not None
    assert body["width"] <= window["width"]


@pytest.fixture
def other_site(public_side: str) -> Iterator[Callable[[Page, str], None]]:
    """Another origin, with a strict policy of its own, whose page is what the test gives it."""
    site, pages = Flask("other"), [""]

    @site.get("/")
    def index() -> Response:
        page = Response(pages[0], content_type="text/html; charset=utf-8")
        page.headers["Content-Security-Policy"] = STRICT.format(public_side)
        return page

    with served(site) as address:

        def show(page: Page, html: str) -> None:
            pages[0] = f"<!doctype html><link rel=icon href={public_side}/api/sales/badge.svg>{html}"
            page.goto(address)

        yield show


@pytest.fixture
def guest(chromium: Browser) -> Iterator[Page]:
    """A page that runs scripts; nothing may be complained of in its console."""
    context = chromium.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def test_badge_and_chart_are_images_on_another_site(
    guest: Page, public_side: str, other_site: Callable[[Page, str], None]
) -> None:
    names = [
        "badge.svg",
        "badge.svg?style=exact&label=Шахматы",
        "chart.svg?by=week",
        "chart.svg?model=Ice&tz=Asia/Tokyo",
    ]

    other_site(
        guest, "".join(f'<img src="{public_side}/api/sales/{name.replace("&", "&amp;")}">' for name in names)
    )

    widths = guest.evaluate("[...document.images].map(image => image.complete && image.naturalWidth)")
    assert all(width > 50 for width in widths[:2])
    assert widths[2:] == [720, 720]


def test_the_two_lines_fill_a_page_of_another_site(
    guest: Page, public_side: str, other_site: Callable[[Page, str], None], database: Database
) -> None:
    two_lines = f'<span data-sales-total>many</span><script async src="{public_side}/embed.js"></script>'

    other_site(guest, f'{two_lines}<b data-sales-total data-model="Ice">some</b>')

    expect(guest.locator("span")).to_have_text("1,095")
    expect(guest.locator("b")).to_have_text("365")


@pytest.mark.parametrize("language", ["de", "en_US", "none of these"])
def test_the_number_is_written_as_the_page_is_if_that_is_known(
    guest: Page, public_side: str, other_site: Callable[[Page, str], None], language: str
) -> None:
    two_lines = f'<span data-sales-total>many</span><script async src="{public_side}/embed.js"></script>'

    other_site(guest, f'<html lang="{language}">{two_lines}')

    expect(guest.locator("span")).to_have_text("1.095" if language == "de" else "1,095")


def test_what_stood_there_stays_where_the_totals_cannot_be_had(
    guest: Page, public_side: str, other_site: Callable[[Page, str], None]
) -> None:
    guest.route("**/api/sales/total", lambda route: route.fulfill(body="no JSON", headers=OPEN))

    other_site(guest, f'<span data-sales-total>many</span><script src="{public_side}/embed.js"></script>')

    guest.wait_for_load_state("networkidle")
    assert guest.locator("span").inner_text() == "many"
