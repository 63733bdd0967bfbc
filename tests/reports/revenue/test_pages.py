"""The page that explains revenue: the rows' sum is the number, in each currency, and so is the CSV's."""

import csv
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import grant_every_store
from tests.page import cells, data_values, is_empty
from writer.db import Database
from writer.db.schema.orders import orders

pytestmark = pytest.mark.postgres

DAYS = "from=2026-11-14&to=2026-11-20"


@pytest.fixture
def shop(app: Flask) -> Flask:
    """Seven days with two currencies, a refund, and orders that bring nothing."""
    made: list[tuple[int, str, str, str, dict[str, Any]]] = [
        (1, "2026-11-20T09:00:00", "24.00", "GBP", {}),
        (2, "2026-11-20T10:00:00", "12.50", "GBP", {"refunds": [{"id": 5, "reason": "", "total": "-2.50"}]}),
        (3, "2026-11-14T00:00:00", "7.00", "GBP", {}),
        (4, "2026-11-13T23:59:59", "100.00", "GBP", {}),
        (5, "2026-11-18T12:00:00", "30.00", "EUR", {}),
        (6, "2026-11-18T12:00:00", "99.00", "GBP", {"status": "cancelled"}),
        (7, "2026-11-19T12:00:00", "99.00", "GBP", {"status": "refunded"}),
    ]
    for number, at, total, currency, more in made:
        lines = [make_line(quantity=number)]
        body = make_order_body(
            id=number, date_created_gmt=at, total=total, currency=currency, line_items=lines, **more
        )
        deliver(app.test_client(), body)
    return app


def pence(text: str) -> int:
    return round(100 * Decimal(re.sub(r"[^\d.]", "", text)))


def test_the_rows_of_days_and_of_orders_sum_to_the_number(shop: Flask, admin: FlaskClient) -> None:
    page = admin.get(f"/revenue?{DAYS}&currency=GBP").text

    assert data_values(page, "total") == ["4100"]
    assert sum(map(pence, cells(page, "Revenue"))) == 4100
    assert sum(map(pence, cells(page, "Net"))) == 4100
    totals, refunds = (
        sum(map(pence, cells(page, "Total"))),
        sum(pence(cell or "0") for cell in cells(page, "Refunds")),
    )
    assert totals - refunds == 4100
    assert sum(map(pence, cells(page, "Orders"))) / 100 == len(cells(page, "Order")) == 3


def test_amounts_of_two_currencies_stand_side_by_side(shop: Flask, admin: FlaskClient) -> None:
    page = admin.get(f"/revenue?{DAYS}").text

    assert dict(zip(data_values(page, "currency"), data_values(page, "total"), strict=True)) == {
        "GBP": "4100",
        "EUR": "3000",
    }
    assert len(cells(page, "Order")) == 4


def test_a_row_of_days_leads_to_the_orders_of_that_day(shop: Flask, admin: FlaskClient) -> None:
    page = admin.get(f"/revenue?{DAYS}").text
    assert 'href="/revenue?from=2026-11-20&amp;to=2026-11-20"' in page

    day = admin.get("/revenue?from=2026-11-20&to=2026-11-20").text

    assert data_values(day, "total") == ["3400"]
    assert [cell.split()[0] for cell in cells(day, "Order")] == ["#2", "#1"]


def test_the_csv_has_every_order_and_its_sums_are_the_numbers(shop: Flask, admin: FlaskClient) -> None:
    answer = admin.get(f"/revenue.csv?{DAYS}")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.mimetype == "text/csv"
    assert [row["order"] for row in rows] == ["2", "1", "5", "3"]
    assert {row["day"] for row in rows} == {"2026-11-20", "2026-11-18", "2026-11-14"}
    of_pounds = [row for row in rows if row["currency"] == "GBP"]
    assert sum(Decimal(row["net"]) for row in of_pounds) == Decimal("41.00")
    assert [row["refunds"] for row in of_pounds] == ["2.50", "0.00", "0.00"]
    assert len(list(csv.DictReader(io.StringIO(admin.get(f"/revenue.csv?{DAYS}&currency=EUR").text)))) == 1


def test_an_order_deleted_after_its_retention_is_still_in_the_sum(
    shop: Flask, admin: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        db.execute(
            update(orders).where(orders.c.external_id == "1").values(is_cached=False, customer_name=None)
        )

    page = admin.get(f"/revenue?{DAYS}&currency=GBP").text

    assert sum(map(pence, cells(page, "Net"))) == 4100
    assert 'href="/orders/1"' not in page


def test_staff_see_the_revenue_of_granted_stores_alone(
    shop: Flask, staff: FlaskClient, database: Database
) -> None:
    before = staff.get(f"/revenue?{DAYS}").text
    in_csv = staff.get(f"/revenue.csv?{DAYS}").text
    grant_every_store(database)
    after = staff.get(f"/revenue?{DAYS}").text

    assert is_empty(before)
    assert len(in_csv.splitlines()) == 1
    assert len(cells(after, "Order")) == 4


@pytest.mark.wording("/revenue")
def test_days_without_revenue_say_so(admin: FlaskClient) -> None:
    page = admin.get("/revenue?range=30").text

    assert "No revenue in these days" in page
    assert is_empty(page)
