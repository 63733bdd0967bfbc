"""The ledger in a real browser, at desktop and phone width, under the Content-Security-Policy."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from writer.db import Database
from writer.lib import clock
from writer.sales.ledger import actions

pytestmark = pytest.mark.usefixtures("check_width")


def add(database: Database, count: int = 1, **given: object) -> None:
    smallest = {"model": "Fire", "variant": "24pin", "quantity": 1, "seller": "Market stall"}
    with database.transaction() as db:
        for number in range(count):
            date = clock.now() - timedelta(hours=number + 1)
            actions.add(db, "ada", "form", {**smallest, "date": date, **given})


def test_a_sale_is_added_edited_deleted_and_brought_back(admin_page: Page) -> None:
    admin_page.goto("/sales/new")
    admin_page.get_by_label("Counts as").first.select_option("Ice 28pin")
    admin_page.get_by_label("Units").first.fill("3")
    admin_page.get_by_label("Notes").fill("Sold at the fair")
    admin_page.get_by_role("button", name="Save").click()
    expect(admin_page.get_by_text("Sale 1 was added.")).to_be_in_viewport()
    expect(admin_page.locator("[data-units='3']")).to_be_visible()

    admin_page.get_by_role("link", name="Ice 28pin").click()
    expect(admin_page.get_by_label("Notes")).to_have_value("Sold at the fair")
    admin_page.get_by_label("Units", exact=True).fill("5")
    admin_page.get_by_role("button", name="Save").click()
    expect(admin_page.locator("[data-units='5']")).to_be_visible()

    admin_page.get_by_role("link", name="Ice 28pin").click()
    admin_page.get_by_role("button", name="Delete").click()
    expect(admin_page.get_by_text("No sale yet")).to_be_visible()
    admin_page.get_by_role("button", name="Undo").click()
    expect(admin_page.get_by_text("Sale 1 was restored.")).to_be_visible()
    expect(admin_page.locator("[data-units='5']")).to_be_visible()


def test_an_impatient_double_click_adds_one_sale(admin_page: Page) -> None:
    admin_page.goto("/sales/new")
    admin_page.get_by_label("Counts as").first.select_option("Ice 28pin")

    admin_page.get_by_role("button", name="Save").dblclick()

    expect(admin_page.locator("[data-rows='1']")).to_be_visible()


def test_a_mistake_is_shown_beside_its_field_and_the_rest_stays(admin_page: Page) -> None:
    admin_page.goto("/sales/new")
    admin_page.get_by_label("Counts as").first.select_option("Ice 28pin")
    admin_page.get_by_label("Notes").fill("keep me")
    admin_page.get_by_label("When").fill("2999-01-01T10:00")

    admin_page.get_by_role("button", name="Save").click()

    expect(admin_page.get_by_text("Must not be more than a day ahead.")).to_be_visible()
    expect(admin_page.get_by_label("Notes")).to_have_value("keep me")


def test_the_list_is_paged_and_filtered(admin_page: Page, database: Database) -> None:
    add(database, 60)
    add(database, seller="Tindie", notes="a present")
    admin_page.goto("/sales")
    expect(admin_page.locator("[data-sale]")).to_have_count(50)

    admin_page.get_by_role("link", name="Next page").click()
    expect(admin_page.locator("[data-sale]")).to_have_count(11)

    admin_page.get_by_label("Search these sales").last.fill("PRESENT")
    admin_page.get_by_label("Search these sales").last.press("Enter")
    expect(admin_page.locator("[data-sale]")).to_have_count(1)
    admin_page.get_by_role("button", name="Seller").click()
    admin_page.get_by_label("Seller", exact=True).fill("Nobody")
    admin_page.get_by_role("button", name="Show").click()
    expect(admin_page.get_by_text("No sale matches")).to_be_visible()
    admin_page.get_by_role("link", name="Seller: Nobody").click()
    expect(admin_page.locator("[data-sale]")).to_have_count(1)


def test_the_chart_is_read_by_day_week_and_month_and_as_a_table(admin_page: Page, database: Database) -> None:
    add(database, quantity=7)
    admin_page.goto("/sales/total")
    expect(admin_page.get_by_role("img", name="Units sold per day, by type")).to_be_visible()

    admin_page.get_by_role("link", name="Week").click()

    expect(admin_page.get_by_role("heading", name="Units per week")).to_be_visible()
    admin_page.get_by_text("Show as a table").click()
    expect(admin_page.get_by_role("cell", name="7", exact=True).first).to_be_visible()


def test_the_csv_is_downloaded(admin_page: Page, database: Database) -> None:
    add(database)
    admin_page.goto("/sales")

    with admin_page.expect_download() as started:
        admin_page.get_by_role("link", name="Export").click()

    assert started.value.suggested_filename.endswith(".csv")


def test_a_type_is_added_and_can_be_sold(admin_page: Page) -> None:
    admin_page.goto("/product-types")
    admin_page.get_by_label("Model").fill("Earth")
    admin_page.get_by_label("Variant").fill("40pin")
    admin_page.get_by_role("button", name="Add type").click()
    expect(admin_page.get_by_text("Earth 40pin was added.")).to_be_visible()

    admin_page.goto("/sales/new")
    admin_page.get_by_label("Counts as").first.select_option("Earth 40pin")
    admin_page.get_by_role("button", name="Save").click()

    expect(admin_page.get_by_role("link", name="Earth 40pin")).to_be_visible()


def test_the_documentation_is_read(admin_page: Page) -> None:
    admin_page.goto("/docs")

    expect(admin_page.get_by_text("/api/sales/recent", exact=True).first).to_be_visible()
