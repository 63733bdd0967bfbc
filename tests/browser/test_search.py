"""The search box and the shortcuts in a real browser: by keyboard alone, and without a script."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.makers import session_cookie
from tests.orders.record.many import add_orders, add_stores
from writer.db import Database

BOX = "Search everything"


@pytest.fixture(autouse=True)
def some_orders(database: Database) -> None:
    """A few orders of Ada Lovelace, numbered from 1."""
    add_orders(database, add_stores(database, "north"), 30)


def test_typing_shows_what_is_found_and_enter_opens_it(admin_page: Page) -> None:
    admin_page.goto("/account")
    admin_page.keyboard.press("Control+k")
    admin_page.keyboard.type("north")

    box = admin_page.get_by_role("combobox", name=BOX)
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(admin_page.get_by_role("option", name=re.compile("north"))).to_be_visible()
    admin_page.keyboard.press("ArrowDown")
    chosen = admin_page.locator('[role="option"][aria-selected="true"]')
    expect(chosen).to_have_count(1)
    expect(box).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    admin_page.keyboard.press("Enter")

    admin_page.wait_for_url(re.compile(r"/stores/\d+$"))


def test_escape_closes_the_list_and_enter_asks_for_the_page(admin_page: Page) -> None:
    admin_page.goto("/account")
    admin_page.keyboard.press("/")
    admin_page.keyboard.type("lovelace")
    found = admin_page.get_by_role("listbox")
    expect(found).to_be_visible()

    admin_page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    admin_page.keyboard.press("Enter")

    admin_page.wait_for_url("**/search?q=lovelace")
    expect(admin_page.locator('[data-group="Orders"]')).to_be_visible()


def test_a_list_that_somebody_left_while_typing_does_not_come_back(admin_page: Page) -> None:
    admin_page.goto("/account")
    admin_page.keyboard.press("/")
    admin_page.keyboard.type("lovelace")
    admin_page.keyboard.press("Tab")
    admin_page.wait_for_timeout(600)

    expect(admin_page.locator("#found")).to_be_hidden()
    expect(admin_page.get_by_role("combobox", name=BOX)).to_have_attribute("aria-expanded", "false")


def test_a_question_mark_lists_the_keys_and_two_keys_jump(admin_page: Page) -> None:
    admin_page.goto("/account")
    admin_page.keyboard.press("?")
    dialog = admin_page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    admin_page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    admin_page.keyboard.press("g")
    admin_page.keyboard.press("w")

    admin_page.wait_for_url("**/stores")


def test_keys_typed_into_a_field_jump_nowhere(admin_page: Page) -> None:
    admin_page.goto("/audit")
    admin_page.get_by_label("With what").click()
    admin_page.keyboard.type("gw?/n")

    expect(admin_page.get_by_label("With what")).to_have_value("gw?/n")
    expect(admin_page.get_by_role("dialog")).to_have_count(0)
    assert "/audit" in admin_page.url


def test_without_a_script_the_box_leads_to_the_page(
    app: Flask, chromium: Browser, writer_server: str
) -> None:
    name, value = session_cookie(app, "ada")
    context = chromium.new_context(base_url=writer_server, java_script_enabled=False)
    context.add_cookies([{"name": name, "value": value, "url": writer_server}])
    page = context.new_page()

    page.goto("/account")
    page.get_by_role("searchbox", name=BOX).fill("lovelace")
    page.keyboard.press("Enter")
    expect(page.locator('[data-group="Orders"] a.found')).to_have_count(6)
    page.goto("/shortcuts")
    expect(page.locator("[data-keys]").first).to_be_visible()

    context.close()


def test_a_changed_setting_of_the_public_page_is_shown_at_once(admin_page: Page) -> None:
    admin_page.goto("/public-page")
    total = admin_page.locator("#preview [data-total]")
    expect(total).to_have_attribute("data-total", "0")

    admin_page.get_by_label("Units sold before this ledger began").fill("250")

    expect(total).to_have_attribute("data-total", "250")
    expect(admin_page.locator("#preview")).to_contain_text("not saved yet")


def test_the_first_tab_leads_past_the_menu(admin_page: Page) -> None:
    admin_page.goto("/account")
    admin_page.keyboard.press("Tab")
    expect(admin_page.get_by_role("link", name="Skip to the content")).to_be_focused()
    admin_page.keyboard.press("Enter")
    expect(admin_page.locator("main")).to_be_focused()

    admin_page.keyboard.press("Tab")

    expect(admin_page.locator("main a, main button").first).to_be_focused()
