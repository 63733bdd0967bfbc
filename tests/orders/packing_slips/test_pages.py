"""Packing slips: what each sheet says, and who may print it."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import grant_every_store
from tests.page import data_values, text_of
from writer.db import Database

SHIPPING = {
    "first_name": "Mary",
    "last_name": "Shelley",
    "address_1": "5 Rue du Four",
    "city": "Paris",
    "postcode": "75006",
    "country": "FR",
}


def slip_body(number: int = 1, **changes: Any) -> dict[str, Any]:
    lines = [make_line(id=11, sku="FIRE24", quantity=3), make_line(id=12, sku="CASE", quantity=1)]
    return make_order_body(
        id=number,
        shipping=SHIPPING,
        customer_note="Please ring <twice>.",
        shipping_lines=[{"id": 3, "method_title": "Tracked 48", "total": "3.50"}],
        **{"line_items": lines, **changes},
    )


@pytest.mark.wording("/orders/<id>/packing-slip")
def test_a_slip_says_where_to_what_and_what_the_customer_wrote(
    client: FlaskClient, admin: FlaskClient
) -> None:
    deliver(client, slip_body())

    page = admin.get("/orders/1/packing-slip").text

    shown = text_of(page)
    assert "Mary Shelley 5 Rue du Four 75006 Paris France" in shown
    assert "By Tracked 48" in shown
    assert "Please ring &lt;twice&gt;." in page
    assert data_values(page, "line") == ["FIRE24", "CASE"]
    assert re.findall(r'<td class="units">(\d+)</td>', page) == ["3", "1", "4"]
    assert "24.00" not in page


def test_a_slip_is_a_sheet_of_its_own(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, slip_body())

    page = admin.get("/orders/1/packing-slip").text

    assert "paper" in page
    assert 'class="side"' not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_what_was_refunded_or_put_back_is_not_packed(client: FlaskClient, admin: FlaskClient) -> None:
    back = [{"key": "_restock_refunded_items", "value": "1"}]
    all_back = [{"key": "_restock_refunded_items", "value": "1"}]
    lines = [
        make_line(id=11, sku="FIRE24", quantity=3, meta_data=back),
        make_line(id=12, sku="CASE", quantity=1, meta_data=all_back),
    ]
    deliver(client, slip_body(line_items=lines, refunds=[{"id": 5, "reason": "", "total": "-2.00"}]))

    page = admin.get("/orders/1/packing-slip").text

    assert data_values(page, "line") == ["FIRE24"]
    assert re.findall(r'<td class="units">(\d+)</td>', page) == ["2"]


def test_a_line_that_waits_for_review_is_not_forgotten(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, slip_body(line_items=[make_line(quantity="1.5")]))

    page = admin.get("/orders/1/packing-slip").text

    assert '<td class="units">?</td>' in page


def test_several_slips_come_in_the_order_asked_for(client: FlaskClient, admin: FlaskClient) -> None:
    for number in (1, 2, 3):
        deliver(client, slip_body(number))

    page = admin.get("/orders/packing-slips?id=3&id=1&id=3&id=99&id=x").text

    assert data_values(page, "slip") == ["3", "1"]
    assert data_values(page, "left-out") == ["1"]


def test_nobody_prints_what_he_may_not_see(
    client: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    deliver(client, slip_body())

    before = staff.get("/orders/1/packing-slip").status_code, staff.get("/orders/packing-slips?id=1").text
    grant_every_store(database)

    assert before[0] == 404
    assert data_values(before[1], "slip") == []
    assert data_values(staff.get("/orders/packing-slips?id=1").text, "slip") == ["1"]


@pytest.mark.parametrize("number", ["0", "9", "2147483648", "99999999999999999999"])
def test_a_slip_of_no_order_is_not_found(admin: FlaskClient, number: str) -> None:
    assert admin.get(f"/orders/{number}/packing-slip").status_code == 404


def test_an_erased_customer_is_on_no_slip(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, slip_body())
    admin.post("/orders/1/erase")

    page = admin.get("/orders/1/packing-slip").text

    assert not any(word in page for word in ("Mary", "Rue du Four", "ring"))
    assert data_values(page, "slip") == ["1"]
