"""Home: numbers beside those before, each leading to its rows; latest orders, stores, best sellers."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import grant_every_store
from tests.page import cells, data_values, is_empty, text_of
from writer.db import Database
from writer.db.schema.stores import stores

pytestmark = pytest.mark.postgres


def order(app: Flask, number: int, **changes: object) -> None:
    deliver(app.test_client(), make_order_body(id=number, **changes))


def change_store(database: Database, **values: object) -> None:
    with database.transaction() as db:
        db.execute(update(stores).values(**values))


def stat(page: str, label: str) -> str:
    """Return what the page says of one number."""
    found = re.search(rf'(?s)<a[^>]*data-stat="{label}"[^>]*>(.*?)</a>', page)
    assert found is not None
    return text_of(found[1])


def leads_to(page: str, label: str) -> str:
    found = re.search(rf'href="([^"]*)" data-stat="{label}"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_an_empty_house_has_a_home_that_says_what_is_first(admin: FlaskClient) -> None:
    page = admin.get("/").text

    assert is_empty(page)
    assert 'href="/stores/connect"' in page
    assert stat(page, "Revenue").startswith("Revenue \N{EN DASH}")


@pytest.mark.wording("/")
def test_who_is_granted_no_store_is_told_whom_to_ask(staff: FlaskClient) -> None:
    page = staff.get("/").text

    assert "You may see no store yet" in page
    assert "Ask an admin to let you see one." in page


def test_each_number_stands_beside_the_one_before(app: Flask, admin: FlaskClient) -> None:
    order(app, 1, total="30.00", line_items=[make_line(quantity=3)])
    order(app, 2, total="10.00", line_items=[make_line(quantity=1)])
    order(app, 3, total="25.00", date_created_gmt="2026-11-12T09:00:00")

    page = admin.get("/").text

    assert stat(page, "Revenue") == "Revenue £40.00 up 60.0% from £25.00"
    assert stat(page, "Orders") == "Orders 2 up 1 from 1"
    assert stat(page, "Units sold") == "Units sold 4 up 2 from 2"
    assert stat(page, "Average order") == "Average order £20.00 down £5.00 from £25.00"


def test_a_number_leads_to_the_rows_whose_sum_it_is(app: Flask, admin: FlaskClient) -> None:
    order(app, 1, total="30.00")
    order(app, 2, total="12.50", refunds=[{"id": 5, "reason": "", "total": "-2.50"}])
    home = admin.get("/").text

    for label in ("Revenue", "Orders", "Units sold", "Average order"):
        page = admin.get(leads_to(home, label)).text
        assert data_values(page, "total") == ["4000"]
        assert cells(page, "Net") == ["£10.00", "£30.00"]


def test_amounts_of_two_currencies_are_never_added(app: Flask, admin: FlaskClient) -> None:
    order(app, 1, total="100.00", currency="EUR")
    order(app, 2, total="50.00", currency="USD")
    order(app, 3, total="70.00", currency="USD")

    page = admin.get("/").text

    assert stat(page, "Revenue") == "Revenue $120.00 €100.00"
    assert stat(page, "Orders") == "Orders 3"
    assert stat(page, "Average order") == "Average order $60.00 €100.00"
    assert leads_to(page, "Revenue") == "/revenue?from=2026-11-14&to=2026-11-20&currency=USD"


def test_the_range_is_kept_in_the_address(app: Flask, admin: FlaskClient) -> None:
    order(app, 1, total="30.00", date_created_gmt="2026-11-01T09:00:00")

    assert stat(admin.get("/").text, "Orders") == "Orders 0"
    month = admin.get("/?range=30").text
    free = admin.get("/?from=2026-11-01&to=2026-11-01").text

    assert stat(month, "Orders") == "Orders 1"
    assert 'data-refresh="/home/state?range=30"' in month
    assert stat(free, "Orders") == "Orders 1"
    assert 'data-refresh="/home/state?from=2026-11-01&amp;to=2026-11-01"' in free
    assert data_values(free, "range") == ["2026-11-01 2026-11-01"]


def test_the_line_of_revenue_is_also_a_table(app: Flask, admin: FlaskClient) -> None:
    order(app, 1, total="30.00")

    page = admin.get("/").text

    rows = re.findall(r'<th scope="row" data-at="key">(.*?)</th><td[^>]*>(.*?)</td>', page)
    assert rows[0] == ("Fri 20 Nov 2026", "£30.00")
    assert [money for _, money in rows[1:]] == ["£0.00"] * 6
    assert 'class="chart lines"' in page


def test_the_latest_orders_say_their_state_and_net_total(app: Flask, admin: FlaskClient) -> None:
    order(app, 1, total="30.00", date_created_gmt="2026-11-19T09:00:00", status="completed")
    order(app, 2, total="12.50", refunds=[{"id": 5, "reason": "", "total": "-2.50"}])
    order(app, 3, date_created_gmt="2026-11-18T09:00:00", status="on-hold")

    page = admin.get("/").text

    assert [cell.split()[0] for cell in cells(page, "Order")] == ["#2", "#1", "#3"]
    assert cells(page, "State") == ["To ship", "Shipped", "Unpaid"]
    assert cells(page, "Total")[:2] == ["£10.00", "£30.00"]


def test_what_sold_best_in_these_days_is_named(app: Flask, admin: FlaskClient) -> None:
    order(app, 1, line_items=[make_line(quantity=2), make_line(12, "ICE28", 5, product_id=11)])
    order(app, 2, line_items=[make_line(quantity=9)], date_paid_gmt="2026-11-01T09:00:00")

    assert data_values(admin.get("/").text, "best") == ["5", "2"]
    assert data_values(admin.get("/?range=30").text, "best") == ["11", "5"]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"is_active": False}, "switched off"),
        ({"push_state": "paused", "pause_reason": "The keys were refused."}, "paused"),
        ({"last_error": "It does not answer."}, "failing"),
        ({"consumer_key_encrypted": "x", "push_state": "on"}, "up to date"),
    ],
)
def test_the_page_says_how_a_store_fares(
    app: Flask, admin: FlaskClient, database: Database, values: dict[str, object], word: str
) -> None:
    order(app, 1)
    change_store(database, **values)

    page = admin.get("/").text

    assert word in text_of(page.split('data-store="1"')[1].split("</li>")[0]).casefold()
    assert 'aria-label="shop.example, the last 24 hours: 1 fine, 23 without contact"' in page


def test_staff_see_the_numbers_of_granted_stores_alone(
    app: Flask, staff: FlaskClient, database: Database
) -> None:
    order(app, 1, total="77.00")

    before = staff.get("/").text
    grant_every_store(database)
    after = staff.get("/").text

    assert "£77.00" not in before
    assert "shop.example" not in before
    assert data_values(before, "best") == []
    assert "£77.00" in after
    assert "shop.example" in after
    assert data_values(after, "best") == ["2"]


def test_the_part_that_refreshes_is_no_page(app: Flask, admin: FlaskClient) -> None:
    order(app, 1)

    part = admin.get("/home/state?range=30").text

    assert "<html" not in part
    assert stat(part, "Orders") == "Orders 1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/dashboard", "/"),
        ("/dashboard/state", "/home/state"),
        ("/dashboard/cards", "/home/state"),
        ("/dashboard//evil.example", "/"),
    ],
)
def test_old_addresses_lead_here(admin: FlaskClient, old: str, new: str) -> None:
    answer = admin.get(old)

    assert (answer.status_code, answer.headers["Location"]) == (308, new)


def test_the_greeting_is_of_the_time_of_day_and_names_the_person(admin: FlaskClient) -> None:
    assert datetime(2026, 11, 20, 12, tzinfo=UTC).hour == 12
    assert re.search(r"<h1>Good afternoon, Ada</h1>", admin.get("/").text)
