"""A store at another address in a real browser: known again, moved by a button, not connected twice."""

import pytest
from playwright.sync_api import Page, expect

from tests.hub import Hub

pytestmark = [
    pytest.mark.usefixtures("check_width"),
    pytest.mark.hub(stores=1, items={"X": 10}, counted=["X"]),
]


def move(hub: Hub) -> None:
    """Let the store sell something, and again from another address."""
    store = hub.fakes[0]
    order = store.place_order([("X", 2)])
    hub.deliver()
    store.state.url = store.url.replace("127.0.0.1", "localhost")
    store.set_status(order, "completed")
    store.place_order([("X", 1)])
    hub.deliver()


def test_a_moved_store_is_known_in_the_inbox_and_moved_by_a_button(hub: Hub, admin_page: Page) -> None:
    move(hub)
    admin_page.goto("/activity")

    admin_page.get_by_role("button", name="It is A, moved").click()

    expect(admin_page.get_by_text("is called at http://localhost")).to_be_visible()
    assert hub.sold() == 3


def test_a_known_shop_is_not_connected_as_another_unasked(hub: Hub, admin_page: Page) -> None:
    move(hub)
    store = hub.fakes[0]
    admin_page.goto("/stores/connect")
    admin_page.get_by_label("Address of the shop").fill(store.url)
    admin_page.get_by_label("Consumer key").fill(store.key)
    admin_page.get_by_label("Consumer secret").fill(store.secret)
    admin_page.get_by_role("button", name="Try and save").click()
    expect(admin_page.get_by_role("button", name="It is another store")).to_be_visible()

    admin_page.get_by_role("button", name="It is A, moved").click()

    expect(admin_page.get_by_role("heading", name="Connect A", exact=True)).to_be_visible()
    assert (hub.sold(), hub.store(1).base_url) == (3, store.url)
