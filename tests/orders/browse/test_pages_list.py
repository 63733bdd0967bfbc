"""The list of orders: saved views, days, sorting, the part that refreshes itself, its export, grants."""

import csv
import io
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import grant_every_store
from tests.orders.record.many import add_orders, add_stores
from tests.page import data_values
from writer.db import Database
from writer.db.schema.orders import orders
from writer.lib.store_scope import EVERYTHING
from writer.orders.browse import export, listing
from writer.orders.browse.filters import OrderFilters

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _four_orders(app: Flask) -> None:
    """Record 2001 to 2004, each made a day after the one before."""
    made = [("2001", "processing", "30.00"), ("2002", "on-hold", "10.00")]
    made += [("2003", "processing", "20.00"), ("2004", "cancelled", "40.00")]
    for day, (number, status, total) in enumerate(made, 10):
        body = make_order_body(
            id=int(number),
            status=status,
            total=total,
            date_created_gmt=f"2026-11-{day}T12:00:00",
            line_items=[make_line(sku=f"FIRE24-{number}")],
        )
        deliver(app.test_client(), body)


@pytest.mark.parametrize("query", ["", "?sort=oldest", "?page=2", "?sort=changed", "?q=2004"])
def test_an_order_recorded_of_the_last_day_there_is_breaks_no_list(
    admin: FlaskClient, db: Database, query: str
) -> None:
    last = datetime(9999, 12, 31, tzinfo=UTC)
    with db.transaction() as connection:
        connection.execute(
            update(orders).where(orders.c.number == "2004").values(created_at=last, changed_at=last)
        )

    page, part = admin.get(f"/orders{query}"), admin.get(f"/api/v1/orders{query}")

    assert (page.status_code, part.status_code) == (200, 200)
    assert ">2004</a>" in page.text


def numbers(client: FlaskClient, query: str) -> list[str]:
    """Return the numbers that a list shows, in its order."""
    page = client.get(f"/orders{query}").text
    known = [number for number in ("2001", "2002", "2003", "2004") if f">{number}</a>" in page]
    return sorted(known, key=lambda number: page.index(f">{number}</a>"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?from=2026-11-11&to=2026-11-12", ["2003", "2002"]),
        ("?from=2026-11-13", ["2004"]),
        ("?to=2026-11-10", ["2001"]),
        ("?from=nonsense&to=2026-99-99", ["2004", "2003", "2002", "2001"]),
        ("?q=fire24&to=9999-12-31", ["2004", "2003", "2002", "2001"]),
        ("?sort=oldest", ["2001", "2002", "2003", "2004"]),
        ("?sort=highest", ["2004", "2001", "2003", "2002"]),
        ("?sort=lowest", ["2002", "2003", "2001", "2004"]),
        ("?sort=status", ["2004", "2002", "2003", "2001"]),
        ("?sort=nonsense", ["2004", "2003", "2002", "2001"]),
        ("?q=fire24-2003", ["2003"]),
        ("?q=fire24", ["2004", "2003", "2002", "2001"]),
        ("?q=lovelace&status=processing&sort=highest", ["2001", "2003"]),
        ("?q=ovelace", []),
    ],
)
def test_the_list_is_filtered_and_sorted(admin: FlaskClient, query: str, found: list[str]) -> None:
    assert numbers(admin, query) == found


def test_saved_views_say_how_many_orders_they_hold(admin: FlaskClient) -> None:
    page = admin.get("/orders").text

    assert {"All 4", "To ship 2", "On hold 1"} <= {*data_values(page, "view")}
    assert 'href="/orders?status=processing"' in page


def test_the_part_that_refreshes_keeps_the_filter_and_leads_back_to_the_page(admin: FlaskClient) -> None:
    page = admin.get("/orders?status=processing").text
    part = admin.get("/orders?status=processing&part=list").text

    assert 'data-refresh="/orders?status=processing&amp;page=1&amp;part=list"' in page
    assert "<html" not in part
    assert ">2003</a>" in part
    assert ">2002</a>" not in part
    assert "part=list" not in part


@pytest.mark.wording("/orders")
def test_what_is_too_much_to_sort_is_said_and_still_listed(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_SORTED", 1)

    page = admin.get("/orders?from=2026-11-10&sort=highest").text

    assert "sort them by date_created" in page
    assert ">2004</a>" in page


def exported(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/orders.csv{query}").text)))


def test_the_export_holds_what_the_filter_leaves_oldest_first(admin: FlaskClient) -> None:
    answer = admin.get("/orders.csv?status=processing")
    rows = exported(admin, "?status=processing")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=orders-")
    assert [row["number"] for row in rows] == ["2001", "2003"]
    assert rows[0] == {
        "number": "2001",
        "store": "shop.example",
        "woocommerce_id": "2001",
        "status": "processing",
        "date_created": "2026-11-10T12:00:00Z",
        "date_modified": "2026-11-20T10:00:01Z",
        "customer": "Ada Lovelace",
        "email": "ada@example.test",
        "currency": "GBP",
        "total": "30.00",
        "refunded": "0.00",
        "revenue": "30.00",
        "units": "2",
    }


def test_the_export_runs_nobodys_formula(app: Flask, admin: FlaskClient) -> None:
    billing = {"first_name": "=HYPERLINK(1)", "last_name": "", "email": "+x@example.test"}
    deliver(app.test_client(), make_order_body(id=2005, billing=billing))

    row = exported(admin, "?q=2005")[0]

    assert (row["customer"], row["email"]) == ("'=HYPERLINK(1)", "'+x@example.test")


def test_the_export_comes_in_pieces_that_leave_nothing_out(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_CHUNK", 2)

    assert [row["number"] for row in exported(admin)] == ["2001", "2002", "2003", "2004"]


def test_staff_see_count_and_export_orders_of_granted_stores_alone(
    staff: FlaskClient, database: Database
) -> None:
    before = (numbers(staff, ""), exported(staff), staff.get("/orders/1").status_code)
    counted = staff.get("/orders").text
    grant_every_store(database)
    after = (len(numbers(staff, "")), len(exported(staff)), staff.get("/orders/1").status_code)

    assert before == ([], [], 404)
    assert "All 0" in data_values(counted, "view")
    assert "shop.example" not in counted
    assert after == (4, 4, 200)


def test_an_order_leads_to_its_page_in_woocommerce(admin: FlaskClient) -> None:
    page = admin.get("/orders/1").text

    assert 'href="https://shop.example/wp-admin/post.php?post=2001&amp;action=edit"' in page


def test_an_order_that_goes_while_the_export_is_read_takes_no_other_with_it(database: Database) -> None:
    add_orders(database, add_stores(database, "a"), 1200)
    with database.transaction() as db:
        db.execute(update(orders).values(is_cached=True))
        by_time = select(orders.c.number).order_by(orders.c.created_at, orders.c.id)
        oldest = list(db.execute(by_time).scalars())
    lines = export.lines(database, EVERYTHING, OrderFilters())
    pieces = [next(lines), next(lines)]
    with database.transaction() as db:
        db.execute(update(orders).where(orders.c.number.in_(oldest[:100])).values(is_cached=False))

    pieces += lines

    rows = list(csv.reader(io.StringIO("".join(pieces))))[1:]
    assert [row[0] for row in rows] == oldest
