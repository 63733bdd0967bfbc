"""Connecting a store in a real browser: keys, webhooks, mappings, baseline, start; and what goes wrong."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.connected import add_product, connect_store, listed
from tests.fake_services.woocommerce import FakeStore
from writer.stores.listings import refresh
from writer.sync.stock_push import pusher

pytestmark = pytest.mark.usefixtures("check_width")


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with FakeStore("Kiln and Co.") as store:
        store.add_product("FIRE24", 12, name="Fire 24")
        store.add_product("KIT-UK", 5, name="Kit")
        yield store


def test_wizard_leads_from_the_keys_to_the_first_push(
    app: Flask, admin_page: Page, store: FakeStore, writer_server: str
) -> None:
    app.config["ONEROM"] = replace(app.config["ONEROM"], public_url=writer_server)
    admin_page.goto("/stores")
    admin_page.get_by_role("main").get_by_role("link", name="Connect a store").click()

    admin_page.get_by_label("Address of the shop").fill(store.url)
    admin_page.get_by_label("Consumer key").fill(store.read_only_key.key)
    admin_page.get_by_label("Consumer secret").fill(store.read_only_key.secret)
    admin_page.get_by_role("button", name="Try and save").click()
    expect(admin_page.get_by_role("alert")).to_contain_text("The key may only read.")
    admin_page.get_by_label("Consumer key").fill(store.key)
    admin_page.get_by_label("Consumer secret").fill(store.secret)
    admin_page.get_by_role("button", name="Try and save").click()
    expect(admin_page.get_by_text("Kiln and Co. is connected")).to_be_visible()

    admin_page.get_by_role("button", name="Create the webhooks").click()
    # On this machine WordPress would refuse the port; all else is in order.
    expect(admin_page.get_by_text("Setting up webhooks:")).to_be_visible()
    assert len(store.state.webhooks) == 5
    admin_page.get_by_role("link", name="Skip this for now").click()
    admin_page.get_by_role("button", name="Read the products").click()
    expect(admin_page.get_by_text("2 products and variations; 2 unmatched.")).to_be_visible()

    admin_page.get_by_role("link", name="Go on: choose counts").click()
    admin_page.get_by_label("What Kiln and Co. shows").check()
    admin_page.get_by_role("button", name="Start").click()
    expect(admin_page.get_by_text("They are pushed from now on to Kiln and Co.")).to_be_visible()
    admin_page.get_by_role("main").get_by_role("link", name="Kiln and Co.").click()
    admin_page.get_by_role("main").get_by_role("link", name="Stock sync", exact=True).click()
    expect(admin_page.get_by_role("button", name="Stop the stock sync")).to_be_visible()
    pusher.push_all(app.extensions["database"], app.extensions["keyring"].vault)
    assert (store.stock("FIRE24"), store.stock("KIT-UK")) == (12, 5)
    assert store.calls.writes() == []


def test_listing_is_mapped_by_hand(app: Flask, admin_page: Page, store: FakeStore) -> None:
    database, ring = app.extensions["database"], app.extensions["keyring"]
    store_id = connect_store(database, ring, store)
    product = add_product(database, "KIT", 5)
    refresh(database, ring.vault, store_id)
    admin_page.goto(f"/stores/{store_id}/connect?step=products")

    admin_page.get_by_role("link", name="Open the list").click()
    admin_page.get_by_label("Product that KIT-UK is").fill("kitt")
    admin_page.get_by_role("row", name="KIT-UK").get_by_role("button", name="Map").click()
    expect(admin_page.get_by_text("The stock list has no product kitt.")).to_be_visible()
    admin_page.get_by_label("Product that KIT-UK is").fill("kit")
    admin_page.get_by_role("row", name="KIT-UK").get_by_role("button", name="Map").click()

    expect(admin_page.get_by_text("Kit counts as KIT.")).to_be_visible()
    assert listed(database, store_id)["KIT-UK"].stock_product_id == product
    admin_page.get_by_role("button", name="Undo").click()
    expect(admin_page.get_by_text("Taken back")).to_be_visible()
    assert listed(database, store_id)["KIT-UK"].stock_product_id is None


def test_rules_of_pushing_are_saved(app: Flask, admin_page: Page, store: FakeStore) -> None:
    store_id = connect_store(app.extensions["database"], app.extensions["keyring"], store)
    admin_page.goto(f"/stores/{store_id}/stock-sync")

    admin_page.get_by_label("Buffer").fill("3")
    admin_page.get_by_label("When the store shows a number that nothing explains").select_option("ask")
    admin_page.get_by_role("button", name="Save rules").click()

    expect(admin_page.get_by_text("The rules are saved")).to_be_visible()
    expect(admin_page.get_by_label("Buffer")).to_have_value("3")
