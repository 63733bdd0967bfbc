"""Every page there is, over the demo's past: nothing complains, nothing overflows, and axe finds nothing.

A page that is added is looked at without a word here; one that asks for something new needs an example of it.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from reader.app import create_app as create_reader
from reader.settings import load
from tests.browser import addresses, looking
from tests.browser.conftest import PATIENCE_MS
from tests.demo_past import told_once
from tests.makers import make_config, session_cookie, sign_in_as
from tests.serving import served
from writer.app import create_app

PARTS = 4  # so that several workers share the pages
PUBLIC_PAGES = ("/", "/no-such-page")


@pytest.fixture
def url(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The URL of a database with the demo's past, this test's own."""
    shared = told_once(tmp_path_factory, worker_id).removeprefix("sqlite:///")
    return f"sqlite:///{shutil.copy(shared, tmp_path / 'demo.db')}"


@pytest.fixture
def demo(url: str) -> Iterator[Flask]:
    """The writer as the demo runs it."""
    made = create_app(make_config(DATABASE_URL=url, BANNER="Demo", SHOW_KIT="1", TIMEZONE="Europe/London"))
    yield made
    made.extensions["database"].close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a browser that nobody used."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def faults(page: Page, base_url: str, paths: list[str]) -> list[str]:
    """The faults of all these pages."""
    with looking.console_of(page) as complaints:
        return [fault for path in paths for fault in looking.faults_of(page, f"{base_url}{path}", complaints)]


@pytest.mark.parametrize(
    "part", [pytest.param(n, marks=pytest.mark.xdist_group(f"every page {n}")) for n in range(PARTS)]
)
def test_every_page_of_the_writer_is_without_fault(demo: Flask, page: Page, part: int) -> None:
    with demo.extensions["database"].reading() as db:
        paths = addresses.pages(demo, db, sign_in_as(demo, "ada"))

    with served(demo) as base_url:
        name, value = session_cookie(demo, "ada")
        page.context.add_cookies([{"name": name, "value": value, "url": base_url}])
        found = faults(page, base_url, sorted(paths)[part::PARTS])

    assert not found, "\n".join(found)


@pytest.mark.xdist_group("every page 0")
def test_the_pages_for_strangers_are_without_fault(demo: Flask, url: str, page: Page) -> None:
    with served(demo) as base_url:
        found = faults(page, base_url, ["/sign-in"])
    with served(create_reader(load({"DATABASE_URL": url}))) as base_url:
        found += faults(page, base_url, list(PUBLIC_PAGES))

    assert not found, "\n".join(found)
