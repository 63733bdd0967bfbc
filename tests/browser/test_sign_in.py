"""Chromium signs in, is made to change a password, and keeps users, tokens, notices and the audit trail."""

import re

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from tests.makers import PASSWORD
from writer.db import Database
from writer.people import Notice, audit, notices, users

pytestmark = pytest.mark.usefixtures("check_width")


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def open_menu(page: Page) -> None:
    """On a phone most of the menu is behind a button."""
    size = page.viewport_size
    if size is not None and size["width"] < 992:
        page.get_by_role("button", name="More").click()


def test_a_wrong_password_is_told_and_the_right_one_goes_on_to_the_page_asked_for(browser_page: Page) -> None:
    browser_page.goto("/notices")
    sign_in(browser_page, "ada", "not the password")
    expect(browser_page.get_by_text("Name or password is wrong.")).to_be_visible()
    expect(browser_page.get_by_label("Name")).to_have_value("ada")

    sign_in(browser_page, "ada", PASSWORD)

    expect(browser_page).to_have_url(re.compile("/notices$"))
    expect(browser_page.get_by_role("heading", name="Notices")).to_be_visible()


def test_a_password_handed_out_has_to_be_changed_first(browser_page: Page, database: Database) -> None:
    with database.transaction() as db:
        users.create_user(db, "kim", "a password handed out", "staff", must_change=True)
    browser_page.goto("/audit")
    sign_in(browser_page, "kim", "a password handed out")
    expect(browser_page.get_by_text("This password is temporary")).to_be_visible()

    browser_page.get_by_label("Current password").fill("a password handed out")
    browser_page.get_by_label("New password", exact=True).fill("short")
    browser_page.get_by_label("New password again").fill("short")
    browser_page.get_by_role("button", name="Change password").click()
    expect(browser_page.get_by_text("Use at least 12 characters.")).to_be_visible()

    browser_page.get_by_label("Current password").fill("a password handed out")
    browser_page.get_by_label("New password", exact=True).fill("one of my very own")
    browser_page.get_by_label("New password again").fill("one of my very own")
    browser_page.get_by_role("button", name="Change password").click()
    expect(browser_page.get_by_text("Your password is changed.")).to_be_visible()


def test_signing_out_leads_back_to_the_door(admin_page: Page) -> None:
    admin_page.goto("/account")
    admin_page.get_by_role("button", name="ada: your account").click()

    admin_page.get_by_role("button", name="Sign out", exact=True).click()

    expect(admin_page.get_by_text("You are signed out.")).to_be_visible()
    admin_page.goto("/account")
    expect(admin_page).to_have_url(re.compile(r"/sign-in\?next=/account$"))


def test_the_navigation_leads_to_the_pages_and_marks_where_one_is(admin_page: Page) -> None:
    admin_page.goto("/account")
    open_menu(admin_page)

    admin_page.get_by_role("link", name="Audit log", exact=True).click()

    expect(admin_page.get_by_role("heading", name="Audit log")).to_be_visible()
    open_menu(admin_page)
    current = admin_page.locator('[aria-current="page"]:visible')
    expect(current).to_have_text(re.compile("Audit"))


def test_an_admin_makes_a_token_sees_it_once_and_revokes_it(admin_page: Page) -> None:
    admin_page.goto("/tokens")
    admin_page.get_by_label("Name").fill("till")
    admin_page.get_by_label("May").select_option("write")
    admin_page.get_by_role("button", name="Make token").click()
    token = admin_page.locator(".secret").inner_text()
    assert token.startswith("onerom_")

    admin_page.get_by_role("link", name="Done, I have copied it").click()
    expect(admin_page.get_by_text(token)).to_have_count(0)
    admin_page.get_by_role("link", name="Revoke").click()
    admin_page.get_by_role("button", name="Revoke token").click()

    expect(admin_page.get_by_text("till is revoked.")).to_be_visible()


def test_an_admin_adds_a_user_and_changes_the_role(admin_page: Page) -> None:
    admin_page.goto("/users")
    admin_page.get_by_label("Name").fill("kim")
    admin_page.get_by_role("button", name="Add user").click()
    expect(admin_page.get_by_role("heading", name="Password for kim")).to_be_visible()
    admin_page.get_by_role("link", name="Done, I have copied it").click()
    expect(admin_page.get_by_text("temporary password")).to_be_visible()
    admin_page.get_by_role("link", name="kim").click()

    admin_page.get_by_label("Role").select_option("admin")
    admin_page.get_by_role("button", name="Change role").click()

    expect(admin_page.get_by_text("The role is changed.")).to_be_visible()
    expect(admin_page.locator(".head")).to_have_text(re.compile("admin.*active", re.DOTALL))


def test_nobody_is_kept_out_by_one_click(admin_page: Page, database: Database) -> None:
    admin_page.goto("/users")
    admin_page.get_by_role("link", name="sam").click()
    expect(admin_page.get_by_role("button", name="Deactivate")).to_be_hidden()
    expect(admin_page.get_by_role("button", name="Reset password")).to_be_hidden()

    admin_page.get_by_text("Deactivate sam").click()
    admin_page.get_by_role("button", name="Deactivate").click()

    expect(admin_page.locator(".head")).to_have_text(re.compile("staff.*deactivated", re.DOTALL))


def test_a_notice_is_read_and_dismissed(admin_page: Page, database: Database) -> None:
    with database.transaction() as db:
        notices.open_(db, Notice.BACKUP, "The shop has not answered for two hours.")
    admin_page.goto("/notices")

    admin_page.get_by_role("button", name="Dismiss").click()

    expect(admin_page.get_by_text("All is well")).to_be_visible()
    admin_page.locator('[data-view="Resolved"]').click()
    expect(admin_page.get_by_text("The shop has not answered for two hours.")).to_be_visible()


def test_the_audit_trail_is_filtered_and_paged(admin_page: Page, database: Database) -> None:
    with database.transaction() as db:
        for number in range(60):
            audit.note(db, "kim", "sale.edit", f"sale {number}", {"quantity": 1}, {"quantity": 2})
        audit.note(db, "ada", "rule.add", "rule fire24", None, {"prefix": "fire24"})
    admin_page.goto("/audit")

    admin_page.get_by_label("Who", exact=True).select_option("kim")
    admin_page.wait_for_url("**actor=kim**")
    admin_page.get_by_role("link", name="Next page").click()

    expect(admin_page.get_by_text("60 of 60 entries")).to_be_visible()
    expect(admin_page.get_by_role("link", name="sale 9")).to_be_visible()
    expect(admin_page.get_by_text("rule fire24")).to_have_count(0)


def test_everything_works_without_javascript(
    app: Flask, browser_context: BrowserContext, browser_page: Page, writer_server: str
) -> None:
    browser = browser_context.browser
    assert browser is not None
    context = browser.new_context(base_url=writer_server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/tokens")
    sign_in(page, "ada", PASSWORD)
    page.get_by_label("Name").fill("till")

    page.get_by_role("button", name="Make token").click()

    expect(page.get_by_text("Copy it now: it is not shown again.")).to_be_visible()
    context.close()
