"""Customers: one line for each e-mail address, and a page of what its orders come to."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.delivering import deliver, make_order_body
from tests.makers import grant_every_store
from tests.page import cells, data_values, is_empty, text_of
from writer.db import Database
from writer.db.schema.orders import orders
from writer.lib.store_scope import EVERYTHING
from writer.orders.customers import pages, queries

pytestmark = pytest.mark.postgres

GB = {"address_1": "12 St James's Square", "city": "London", "postcode": "SW1Y 4JH", "country": "GB"}


def place(app: Flask, number: int, email: str, day: int, **more: object) -> None:
    first, _, last = email.split("@")[0].partition(".")
    billing = {"first_name": first.title(), "last_name": last.title(), "email": email, **GB}
    made = f"2026-11-{day:02}T12:00:00"
    deliver(app.test_client(), make_order_body(id=number, billing=billing, date_created_gmt=made, **more))


@pytest.fixture(autouse=True)
def _three_customers(app: Flask) -> None:
    """Ada with three orders (one cancelled, one in euros), Grace with one, and one without an address."""
    place(app, 1, "ada.lovelace@example.test", 1, total="30.00")
    place(app, 2, "Ada.Lovelace@Example.test", 5, total="10.00", currency="EUR")
    place(app, 3, "grace.hopper@example.test", 6, total="20.00")
    place(app, 4, "ada.lovelace@example.test", 9, total="99.00", status="cancelled")
    deliver(app.test_client(), make_order_body(id=5, billing={"first_name": "Nobody"}))


def listed(client: FlaskClient, query: str = "") -> list[str]:
    return cells(client.get(f"/customers{query}").text, "Customer")


def test_customers_are_listed_by_their_last_order_with_what_it_all_comes_to(admin: FlaskClient) -> None:
    page = admin.get("/customers").text

    row = {name: cells(page, name) for name in ("Customer", "E-mail", "Orders", "Units", "Spent")}
    assert row == {
        "Customer": ["Ada Lovelace", "Grace Hopper"],
        "E-mail": ["ada.lovelace@example.test", "grace.hopper@example.test"],
        "Orders": ["3", "1"],
        "Units": ["4", "2"],
        "Spent": ["€10.00 + £30.00", "£20.00"],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ADA", ["Ada Lovelace"]),
        ("?q=hopper", ["Grace Hopper"]),
        ("?q=Grace.Hopper%40EX", ["Grace Hopper"]),
        ("?q=1", []),
        ("?q=FIRE24", []),
        ("?q=%00", ["Ada Lovelace", "Grace Hopper"]),
        ("?after=nonsense", ["Ada Lovelace", "Grace Hopper"]),
        ("?after=2026-11-09T12%3A00%3A00~99999999999999", ["Ada Lovelace", "Grace Hopper"]),
    ],
)
def test_customers_are_found_by_name_and_address(admin: FlaskClient, query: str, found: list[str]) -> None:
    assert listed(admin, query) == found


def test_customers_are_walked_both_ways(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10, 30):
        place(app, number, f"c{number % 7}.x@example.test", 10 + number % 11)
    with db.reading() as connection:
        every = [row.email for row in queries.list_customers(connection, EVERYTHING, "", None, 100)]
        forwards: list[str] = []
        key = None
        while some := queries.list_customers(connection, EVERYTHING, "", key, 2):
            forwards += [row.email for row in some]
            key = (some[-1].last_at, some[-1].order_id)
        assert key is not None
        backwards: list[str] = [forwards[-1]]
        while some := queries.list_customers(connection, EVERYTHING, "", key, 2, is_before=True):
            backwards = [row.email for row in some] + backwards
            key = (some[0].last_at, some[0].order_id)

    assert len(every) == 9
    assert forwards == backwards == every


def test_pages_of_customers_lead_to_the_next_and_back(
    admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_SIZE", 1)
    first = admin.get("/customers").text

    second = admin.get(step(first, "next")).text
    back = admin.get(step(second, "prev")).text

    assert [cells(page, "Customer") for page in (first, second, back)] == [
        ["Ada Lovelace"],
        ["Grace Hopper"],
        ["Ada Lovelace"],
    ]
    assert 'rel="next"' not in second


def step(page: str, rel: str) -> str:
    return page.split(f'rel="{rel}" href="')[1].split('"')[0].replace("&amp;", "&")


@pytest.mark.parametrize("order_id", [1, 2, 4])
def test_the_page_of_a_customer_is_reached_by_any_of_the_orders(admin: FlaskClient, order_id: int) -> None:
    page = admin.get(f"/customers/{order_id}").text

    assert cells(page, "Order") == ["#4", "#2", "#1"]
    assert data_values(page, "address") == ["SW1Y 4JH"]
    assert "12 St James" in text_of(page)
    assert 'href="/orders?customer=4"' in page


@pytest.mark.parametrize("path", ["5", "77", "nobody@example.test", "99999999999999", "%00"])
def test_whom_nobody_knows_has_no_page(admin: FlaskClient, path: str) -> None:
    assert admin.get(f"/customers/{path}").status_code == 404


@pytest.mark.wording("/customers")
def test_who_sees_no_store_sees_no_customer(
    app: Flask, admin: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    before = (staff.get("/customers").text, staff.get("/customers/1").status_code)
    grant_every_store(database)

    assert is_empty(before[0])
    assert "No customers yet" in before[0]
    assert before[1] == 404
    assert listed(staff) == ["Ada Lovelace", "Grace Hopper"]


def test_what_another_store_knows_of_a_customer_is_not_counted(
    app: Flask, admin: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    grant_every_store(database)
    billing = {"first_name": "Ada", "last_name": "Elsewhere", "email": "ada.lovelace@example.test"}
    body = make_order_body(id=9, billing=billing, date_created_gmt="2026-11-19T12:00:00")
    deliver(app.test_client(), body, source="https://other.example/")
    admin.post("/webhook-inbox/accept", data={"source": "other.example"})

    assert cells(admin.get("/customers").text, "Orders") == ["4", "1"]
    assert cells(staff.get("/customers").text, "Orders") == ["3", "1"]
    assert "Elsewhere" not in staff.get("/customers/1").text
    assert cells(staff.get("/customers/1").text, "Order") == ["#4", "#2", "#1"]


def test_an_order_of_the_calendars_end_breaks_no_page(admin: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        last = datetime(9999, 12, 31, tzinfo=UTC)
        db.execute(update(orders).where(orders.c.number == "1").values(created_at=last))

    assert listed(admin) == ["Ada Lovelace", "Grace Hopper"]
    assert admin.get("/customers/1").status_code == 200


def test_a_customer_is_erased_from_the_page(admin: FlaskClient) -> None:
    page = admin.get("/customers/1").text
    data = {"email": "ada.lovelace@example.test", "confirmed": "1"}

    answer = admin.post("/customers/erase", data=data)

    assert 'action="/customers/erase"' in page
    assert answer.location == "/customers"
    assert listed(admin) == ["Grace Hopper"]
    assert admin.get("/customers/1").status_code == 404


def test_staff_are_not_offered_to_erase(staff: FlaskClient, database: Database) -> None:
    grant_every_store(database)

    assert "/customers/erase" not in staff.get("/customers/1").text + staff.get("/customers").text
