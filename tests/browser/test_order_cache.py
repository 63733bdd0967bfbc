"""The order cache in a real browser: sync now, a status changed in the store, a note, a customer erased."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.connected import connect_store
from tests.fake_services.woocommerce import FakeStore
from writer.db import Database
from writer.people.users import Owner, grants, queries

pytestmark = pytest.mark.usefixtures("check_width")


@pytest.fixture
def store(app: Flask) -> Iterator[FakeStore]:
    """A connected store with three orders that no webhook told."""
    with FakeStore("Kiln and Co.") as found:
        found.add_product("FIRE24", 12, name="Fire 24")
        connect_store(app.extensions["database"], app.extensions["keyring"], found)
        grace = {"first_name": "Grace", "last_name": "Hopper", "email": "grace@example.test"}
        found.place_order([("FIRE24", 2)], customer=grace)
        found.place_order([("FIRE24", 1)], status="on-hold", paid=False)
        found.place_order([("FIRE24", 3)])
        yield found


def sync(page: Page) -> None:
    """Have the orders read now, and wait until the page, which refreshes itself, says that it is done."""
    page.goto("/order-import")
    page.get_by_role("button", name="Read the orders now").click()
    expect(page.locator('[data-part="Kiln and Co. done"]')).to_be_visible()


def test_sync_now_brings_what_no_webhook_told(store: FakeStore, admin_page: Page) -> None:
    sync(admin_page)

    admin_page.goto("/orders")

    expect(admin_page.get_by_text("Grace Hopper")).to_be_visible()
    admin_page.goto("/")
    expect(admin_page.get_by_text("2 orders to ship")).to_be_visible()


def test_a_status_is_changed_in_the_store(store: FakeStore, admin_page: Page) -> None:
    sync(admin_page)
    admin_page.goto("/orders/1")

    admin_page.get_by_label("Status", exact=True).select_option("completed")
    admin_page.get_by_role("button", name="Change", exact=True).click()

    expect(admin_page.get_by_text("is shipped now, in Kiln and Co. and here.")).to_be_visible()
    assert min(store.state.orders.items())[1].status == "completed"


def test_a_note_goes_to_the_customer(store: FakeStore, admin_page: Page) -> None:
    sync(admin_page)
    admin_page.goto("/orders/1")

    admin_page.get_by_label("Note to the store").fill("It left today.")
    admin_page.get_by_label("Mail it to the customer").check()
    admin_page.get_by_role("button", name="Send", exact=True).click()

    expect(admin_page.get_by_text("The note is sent.")).to_be_visible()
    assert store.mail_count("note") == 1


def test_a_store_that_is_down_is_said_and_changes_nothing(store: FakeStore, admin_page: Page) -> None:
    sync(admin_page)
    store.take_down()
    admin_page.goto("/orders/1")

    admin_page.get_by_label("Status", exact=True).select_option("completed")
    admin_page.get_by_role("button", name="Change", exact=True).click()
    store.bring_up()

    expect(admin_page.get_by_text("did not make the change.")).to_be_visible()
    expect(admin_page.get_by_label("Status", exact=True)).to_have_value("processing")


def test_a_customer_is_erased(store: FakeStore, admin_page: Page) -> None:
    sync(admin_page)
    admin_page.goto("/orders/1")
    expect(admin_page.get_by_text("Grace Hopper").first).to_be_visible()

    admin_page.locator("summary", has_text="Erase this customer").click()
    admin_page.get_by_role("button", name="Erase for good").click()

    expect(admin_page.get_by_text("The customer of this order is erased.")).to_be_visible()
    expect(admin_page.get_by_text("Grace Hopper")).to_have_count(0)


def test_a_customer_is_erased_by_mail_after_a_second_look(store: FakeStore, admin_page: Page) -> None:
    sync(admin_page)
    admin_page.goto("/orders/1")
    admin_page.locator("summary", has_text="Erase this customer").click()
    admin_page.get_by_role("link", name="All orders of this customer").click()

    admin_page.get_by_role("button", name="Show what would be erased").click()
    expect(admin_page.get_by_role("heading", name="Erase grace@example.test?")).to_be_visible()
    admin_page.get_by_role("button", name="Erase for good").click()

    expect(admin_page.get_by_text("The customer is erased from 1 order.")).to_be_visible()


def test_staff_find_what_an_admin_ticks_for_them(app: Flask, store: FakeStore, admin_page: Page) -> None:
    database: Database = app.extensions["database"]
    with database.reading() as db:
        sam = queries.find_user(db, "sam")
    assert sam is not None
    admin_page.goto(f"/users/{sam.id}")

    admin_page.get_by_label("Kiln and Co.").check()
    admin_page.get_by_role("button", name="Save stores").click()

    expect(admin_page.get_by_text("The stores are saved.")).to_be_visible()
    with database.reading() as db:
        assert grants.granted(db, Owner(user_id=sam.id)).store_ids == frozenset({1})
