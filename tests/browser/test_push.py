"""Pushing in a real browser: a failure retried, drift answered, a mass change confirmed, a store paused."""

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from tests.hub import Hub
from tests.makers import session_cookie
from writer.db.schema.stores import stores
from writer.stores import listings

pytestmark = [
    pytest.mark.usefixtures("check_width"),
    pytest.mark.hub(stores=2, items={"fire24-with-a-rather-long-sku": 10, "ICE24": 10}),
]


@pytest.fixture
def page(
    app: Flask, hub: Hub, browser_page: Page, browser_context: BrowserContext, writer_server: str
) -> Page:
    """A page on which ada, an admin, is signed in at the hub's time."""
    name, value = session_cookie(app, "ada")
    browser_context.add_cookies([{"name": name, "value": value, "url": writer_server}])
    return browser_page


def test_a_failure_is_seen_and_retried(hub: Hub, page: Page) -> None:
    hub.fakes[1].faults.firewall_page = True
    hub.sell_here(1, "ICE24")
    hub.push()
    page.goto("/activity?outcome=trouble")
    page.get_by_role("link", name="Could not push stock").click()
    expect(page.get_by_text("a bot check instead of data")).to_be_visible()
    hub.fakes[1].faults.clear()

    page.get_by_role("button", name="Try again now").click()
    expect(page.get_by_text("It is tried again within two seconds")).to_be_visible()
    hub.push()
    page.reload()

    expect(page.get_by_text("answered again")).to_be_visible()
    expect(page.get_by_role("button", name="Try again now")).to_have_count(0)
    assert hub.shown("ICE24") == [9, 9]


def test_a_difference_is_decided_on_the_stores_page(hub: Hub, page: Page) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(difference_policy="ask"))
    hub.fakes[0].set_stock("ICE24", 20)
    for _ in range(2):
        with hub.database.transaction() as db:
            listings.check_all(db, 1)
        hub.push()
        hub.tick(61)
    page.goto("/stores/1")
    page.get_by_role("main").get_by_role("link", name="Resolve").click()
    expect(page.get_by_text("so your count becomes 20")).to_be_visible()

    page.get_by_role("button", name="Take theirs over").click()
    expect(page.get_by_text("Their number is your count now")).to_be_visible()
    hub.push()
    assert hub.shown("ICE24") == [20, 20]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back")).to_be_visible()
    hub.push()

    assert hub.shown("ICE24") == [10, 10]


def test_a_store_is_paused_resumed_and_compared(hub: Hub, page: Page) -> None:
    page.goto("/stores/1/stock-sync")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("ada paused it.")).to_be_visible()
    hub.sell_here(2, "ICE24")
    hub.push()
    assert hub.shown("ICE24") == [10, 8]

    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Update the store now").click()
    expect(page.get_by_text("Every listing is compared")).to_be_visible()
    hub.push()

    page.reload()
    expect(page.get_by_text("Up to date").first).to_be_visible()
    assert hub.shown("ICE24") == [8, 8]


def test_a_mass_change_waits_for_a_click(hub: Hub, page: Page) -> None:
    for number in range(12):
        hub.add_item(f"S{number}")
        hub.sell_here(10, f"S{number}")
    hub.push()
    page.goto("/stores/1/stock-sync?show=waiting")
    expect(page.get_by_text("12 of 14 listings of A would be set to 0.")).to_be_visible()

    page.get_by_role("button", name="Confirm and update").click()
    expect(page.get_by_text("Confirmed: it goes out")).to_be_visible()
    hub.push()

    assert (hub.fakes[0].stock("S3"), hub.fakes[1].stock("S3")) == (0, 10)
