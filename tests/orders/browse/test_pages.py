"""The pages of orders: the list, one order with all that came of it."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.delivering import captured, deliver, make_line, make_order_body
from tests.makers import grant_every_store
from tests.orders.record.ledger import order_id
from tests.page import cells, data_values, is_empty
from writer.db import Database
from writer.db.schema.orders import orders
from writer.stock import movements


def test_an_empty_list_says_what_to_do(admin: FlaskClient) -> None:
    assert is_empty(admin.get("/orders").text)


def test_the_list_shows_an_order_with_what_it_posted(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, make_order_body(id=77, line_items=[make_line(quantity=41)]))

    page = admin.get("/orders").text

    others = ("Customer", "Items", "Payment", "Shipping", "Total")
    row = {name: cells(page, name) for name in ("Order", "Placed", *others)}
    assert row == {
        "Order": ["#77 20 Nov"],
        "Placed": ["20 Nov"],
        "Customer": ["Ada Lovelace"],
        "Items": ["41 \N{MULTIPLICATION SIGN} FIRE24"],
        "Payment": ["Paid"],
        "Shipping": ["To ship"],
        "Total": ["£24.00"],
    }
    assert page.count('title="processing"') == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["2003", "2002", "2001"]),
        ("?status=on-hold", ["2002"]),
        ("?q=2003", ["2003"]),
        ("?q=%232003", ["2003"]),
        ("?q=GRACE", ["2001"]),
        ("?q=linus%40example", ["2002"]),
        ("?q=%25", []),
        ("?q=%00", ["2003", "2002", "2001"]),
        ("?store=1", ["2003", "2002", "2001"]),
        ("?store=99", []),
        ("?store=99999999999999999999", ["2003", "2002", "2001"]),
        ("?status=processing&page=7", ["2003", "2001"]),
    ],
)
def test_the_list_is_filtered(client: FlaskClient, admin: FlaskClient, query: str, found: list[str]) -> None:
    people = [("2001", "Grace"), ("2002", "Linus"), ("2003", "Ada")]
    for hour, (number, name) in enumerate(people):
        status = "on-hold" if number == "2002" else "processing"
        billing = {"first_name": name, "last_name": "", "email": f"{name.lower()}@example.test"}
        date = f"2026-11-20T0{hour + 1}:00:00"
        deliver(
            client,
            make_order_body(id=int(number), status=status, billing=billing, date_created_gmt=date),
        )

    page = admin.get(f"/orders{query}").text

    assert [number for number in ("2003", "2002", "2001") if f">#{number}</a>" in page] == found
    assert sorted(found, key=lambda number: page.index(f">#{number}</a>")) == found


def test_a_long_list_is_paged(client: FlaskClient, admin: FlaskClient) -> None:
    for number in range(3001, 3053):
        deliver(client, make_order_body(id=number))

    last = admin.get("/orders?page=3").text

    assert len(data_values(last, "order")) == 2


@pytest.mark.wording("/orders/<id>")
def test_an_order_shows_its_lines_its_rows_of_the_ledger_and_why(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())
    deliver(client, make_order_body(status="cancelled", date_modified_gmt="2026-11-20T10:00:02"))

    page = admin.get(f"/orders/{order_id(database)}").text

    assert "Fire 24pin" in page
    assert "<small>FIRE24" in page
    assert data_values(page, "posted") == ["2", "-2"]
    assert "&#39;processing&#39; counts as paid: 2 units count as sold. Counted +2 Fire 24pin." in page
    assert "&#39;cancelled&#39; is no sale: 0 units count as sold. Counted -2 Fire 24pin." in page
    assert "Delivery 2." in page
    assert f"/activity?order={order_id(database)}" in page


def test_a_long_order_is_paged_and_lines_to_review_come_first(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    lines = [make_line(id=100 + number, name=f"Thing {number}") for number in range(101)]
    deliver(client, make_order_body(line_items=[*lines, make_line(id=900, name="Odd", quantity="1.5")]))
    path = f"/orders/{order_id(database)}"

    first, second = admin.get(path).text, admin.get(f"{path}?page=2").text

    assert (data_values(first, "line")[0], len(data_values(first, "line"))) == ("Odd", 100)
    assert data_values(second, "line") == ["Thing 99", "Thing 100"]


def test_a_line_is_reviewed_on_its_page(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    lines = [make_line(id=100 + number, name=f"Odd {number}", quantity="1.5") for number in range(101)]
    deliver(client, make_order_body(line_items=lines))
    path = f"/orders/{order_id(database)}"
    address = re.findall(r'action="([^"]+/review[^"]*)"', admin.get(f"{path}?page=2").text)[0]

    refused = admin.post(address, data={"quantity": "x"})
    reviewed = admin.post(address, data={"quantity": "2"})

    assert (refused.status_code, data_values(refused.text, "line")) == (422, ["Odd 100"])
    assert reviewed.location == f"{path}?page=2"


def test_an_order_that_posted_much_shows_the_last_rows_and_the_sum(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(line_items=[make_line(id=100 + n, quantity=3) for n in range(60)]))

    page = admin.get(f"/orders/{order_id(database)}").text

    assert (len(data_values(page, "posted")), data_values(page, "posted-before")) == (50, ["10"])
    assert data_values(page, "posted-sum") == ["180"]


def test_an_order_shows_its_refunds(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    refunds = [{"id": 9, "reason": "dented", "total": "-3.50"}]
    deliver(client, make_order_body(refunds=refunds))

    page = admin.get(f"/orders/{order_id(database)}").text

    assert "dented" in page
    assert "£3.50" in page
    assert data_values(page, "refunded") == ["unknown"]


def test_what_the_store_holds_out_stands_beside_what_we_do(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        movements.add_product(db, "ada", "FIRE24")
    line = make_line(meta_data=[{"key": "_reduced_stock", "value": "5"}])
    deliver(client, make_order_body(line_items=[line]))

    page = admin.get(f"/orders/{order_id(database)}").text

    assert " data-differs>" in page


def test_a_line_of_an_ignored_sku_says_so(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(line_items=[make_line(sku="GIFT")]))
    before = admin.get(f"/orders/{order_id(database)}").text

    admin.post("/to-sort/ignored", data={"sku": "gift"})

    after = admin.get(f"/orders/{order_id(database)}").text
    assert (cells(before, "Counts as"), cells(after, "Counts as")) == (["nothing yet"], ["ignored"])


def test_raw_data_is_for_admins_and_escaped(
    client: FlaskClient, admin: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body(customer_note="<script>alert(1)</script>"))
    grant_every_store(database)
    path = f"/orders/{order_id(database)}"

    assert "customer_note" in admin.get(path).text
    assert "<script>alert" not in admin.get(path).text
    assert "customer_note" not in staff.get(path).text


@pytest.mark.parametrize("number", ["0", "9", "2147483648", "99999999999999999999"])
def test_an_order_that_is_not_there_is_not_found(admin: FlaskClient, number: str) -> None:
    assert admin.get(f"/orders/{number}").status_code == 404


def test_every_captured_order_has_a_page(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    for delivery in captured():
        delivery.post(client)
    with database.reading() as db:
        ids = list(db.execute(select(orders.c.id)).scalars())

    assert len(ids) > 15
    for found in ids:
        assert admin.get(f"/orders/{found}").status_code == 200
