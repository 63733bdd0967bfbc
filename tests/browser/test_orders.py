"""Orders in a real browser: an unmatched SKU is mapped, a held line reviewed, a store's source accepted."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.delivering import deliver, make_line, make_order_body
from tests.orders.record.ledger import totals

pytestmark = pytest.mark.usefixtures("check_width")


def test_an_unmatched_sku_is_mapped_and_counted(app: Flask, admin_page: Page) -> None:
    deliver(app.test_client(), make_order_body(line_items=[make_line(sku="KIT-28-USB", quantity=3)]))
    admin_page.goto("/to-sort")

    admin_page.get_by_label("What KIT-28-USB counts as").select_option("Fire 28pin")
    admin_page.get_by_role("button", name="Count KIT-28-USB", exact=True).click()

    expect(admin_page.get_by_text("1 order line was counted.")).to_be_visible()
    expect(admin_page.get_by_text("Nothing to sort")).to_be_visible()
    assert totals(app.extensions["database"]) == {("Fire", "28pin"): 3}


def test_a_product_without_a_sku_is_mapped_and_taken_back(app: Flask, admin_page: Page) -> None:
    deliver(app.test_client(), make_order_body(line_items=[make_line(sku="", name="Mystery bag")]))
    admin_page.goto("/to-sort")

    admin_page.get_by_label("SKU that Mystery bag is").fill("ice24")
    admin_page.keyboard.press("Enter")
    expect(admin_page.get_by_text("Nothing to sort")).to_be_visible()
    assert totals(app.extensions["database"]) == {("Ice", "24pin"): 2}
    admin_page.get_by_role("button", name="Take back").click()

    expect(admin_page.get_by_label("SKU that Mystery bag is")).to_be_visible()
    assert totals(app.extensions["database"]) == {}


def test_a_held_line_is_reviewed(app: Flask, admin_page: Page) -> None:
    deliver(app.test_client(), make_order_body(line_items=[make_line(quantity="2.5")]))
    admin_page.goto("/orders")

    admin_page.get_by_role("link", name="1001").click()
    admin_page.get_by_label("Right quantity").fill("3")
    admin_page.get_by_role("button", name="Count it so").click()

    expect(admin_page.get_by_text("The line is reviewed.")).to_be_visible()
    assert totals(app.extensions["database"]) == {("Fire", "24pin"): 3}


def test_orders_are_found_by_customer(app: Flask, admin_page: Page) -> None:
    client = app.test_client()
    deliver(client, make_order_body(id=1001))
    deliver(client, make_order_body(id=1002, billing={"first_name": "Grace", "last_name": "Hopper"}))
    admin_page.goto("/orders")

    admin_page.get_by_role("searchbox", name="Search these orders").fill("hopper")
    admin_page.keyboard.press("Enter")

    expect(admin_page.get_by_role("link", name="1002")).to_be_visible()
    expect(admin_page.get_by_role("link", name="1001")).to_have_count(0)


def test_a_held_source_is_accepted_and_one_of_its_deliveries_replayed(app: Flask, admin_page: Page) -> None:
    client = app.test_client()
    deliver(client, make_order_body(id=1))
    deliver(client, make_order_body(id=2), source="https://second.example/")
    admin_page.goto("/activity?outcome=held")

    admin_page.get_by_role("button", name="Accept second.example as a store").click()
    expect(admin_page.get_by_text("1 held delivery was processed")).to_be_visible()
    admin_page.goto("/webhook-inbox/2")
    admin_page.get_by_role("button", name="Replay").click()

    expect(admin_page.get_by_text("Replayed: repeat.")).to_be_visible()
    assert totals(app.extensions["database"]) == {("Fire", "24pin"): 4}


def test_a_store_is_given_settings_and_a_secret(app: Flask, admin_page: Page) -> None:
    deliver(app.test_client(), make_order_body(status="shipped", date_paid_gmt=None))
    admin_page.goto("/stores/1/keys")

    admin_page.get_by_label("Name", exact=True).fill("My shop")
    admin_page.get_by_label("Statuses that count as paid").fill("shipped")
    admin_page.get_by_role("button", name="Save settings").click()
    expect(admin_page.get_by_text("1 order was counted again.")).to_be_visible()
    admin_page.get_by_label("Webhook secret").fill("a-secret-of-its-own")
    admin_page.get_by_role("button", name="Save secret").click()

    expect(admin_page.get_by_text("The secret is saved.")).to_be_visible()
    expect(admin_page.get_by_role("heading", name="My shop")).to_be_visible()
    assert totals(app.extensions["database"]) == {("Fire", "24pin"): 2}
