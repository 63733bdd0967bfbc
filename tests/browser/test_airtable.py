"""Chromium looks at Airtable's page: not set up, and after a try that went wrong."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.fake_services.airtable import Base
from tests.makers import make_config
from tests.stock.movements.products import make_product
from writer.db import Database

pytestmark = pytest.mark.usefixtures("check_width")


def test_the_page_says_how_airtable_is_set_up(admin_page: Page) -> None:
    admin_page.goto("/airtable")

    expect(admin_page.get_by_text("Airtable is optional and not set up.")).to_be_visible()
    expect(admin_page.get_by_text("Last 50 Txn Summary")).to_be_visible()
    expect(admin_page.get_by_role("button", name="Try now")).to_have_count(0)


def test_a_wrong_field_is_named_and_the_button_tries_again(
    app: Flask, database: Database, database_url: str, admin_page: Page
) -> None:
    make_product(database, "FIRE24", 10)
    with Base() as base:
        app.config["ONEROM"] = make_config(
            DATABASE_URL=database_url,
            AIRTABLE_API_KEY=base.token,
            AIRTABLE_BASE_ID=base.base_id,
            AIRTABLE_TABLES_JSON='{"stock": "Stock"}',
            AIRTABLE_URL=base.url,
        )
        field = base.fields["Stock"].pop("On Hand")
        admin_page.goto("/airtable")
        admin_page.get_by_role("button", name="Try now").click()
        expect(admin_page.get_by_text('Unknown field name: "On Hand"')).to_be_visible()

        base.fields["Stock"]["On Hand"] = field
        admin_page.get_by_role("button", name="Try now").click()

        expect(admin_page.get_by_text("1 line of the stock list and 0 movements sent.")).to_be_visible()
        expect(admin_page.get_by_text("Unknown field name")).to_have_count(0)
        assert base.rows("Stock")[0]["On Hand"] == 10
