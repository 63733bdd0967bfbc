"""The list of refunds: what it shows, for whom, and what they come to."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.delivering import deliver, make_order_body
from tests.hub import running_hub
from tests.makers import grant_every_store
from tests.orders.record.many import add_stores
from tests.page import cells, data_values, is_empty
from writer.db import Database
from writer.db.schema.orders import order_refunds, orders
from writer.orders.refunds import export

pytestmark = pytest.mark.postgres

REFUNDS = "/orders/refunds"


def refunded(number: int, total: str, **changes: Any) -> dict[str, Any]:
    refund = {"id": 10 * number, "reason": f"chipped {number}", "total": f"-{total}"}
    return make_order_body(id=number, refunds=[refund], **changes)


def test_without_refunds_the_list_says_so(admin: FlaskClient) -> None:
    assert is_empty(admin.get(REFUNDS).text)


def test_the_list_shows_newest_first_the_order_reason_units_and_money_of_each(
    client: FlaskClient, admin: FlaskClient
) -> None:
    deliver(client, refunded(1, "3.50"))
    deliver(client, refunded(2, "24.00", status="refunded", currency="EUR"))

    page = admin.get(REFUNDS).text

    assert data_values(page, "refund") == ["20", "10"]
    assert [cell.split()[0] for cell in cells(page, "Order")] == ["2", "1"]
    assert cells(page, "Reason") == ["chipped 2", "chipped 1"]
    assert cells(page, "Units") == ["not read", "not read"]
    assert "3.50" in cells(page, "Amount")[1]
    assert "/orders/2#refunds" in page


def test_a_refund_that_was_read_has_its_units_and_the_time_it_was_made(
    app: Flask, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_hub(app, monkeypatch, how_many=1) as hub:
        hub.add_item("FIRE24", 10)
        store = hub.fakes[0]
        order = store.place_order([("FIRE24", 3)])
        hub.deliver()
        hub.tick(3600)
        store.refund(order, {"FIRE24": 2}, reason="chipped")
        hub.tick(7200)
        hub.poll()

        page = admin.get(REFUNDS).text
        with hub.database.reading() as db:
            made_at, placed_at, heard_at = db.execute(
                select(order_refunds.c.made_at, orders.c.created_at, orders.c.recorded_at).join(orders)
            ).one()

    assert cells(page, "Units") == ["2"]
    assert placed_at < made_at < heard_at


def test_who_may_see_no_store_sees_no_refund(
    client: FlaskClient, staff: FlaskClient, database: Database
) -> None:
    deliver(client, refunded(1, "3.50"))

    before = staff.get(REFUNDS).text
    grant_every_store(database)

    assert is_empty(before)
    assert data_values(staff.get(REFUNDS).text, "refund") == ["10"]


def test_refunds_of_one_store_alone_can_be_listed(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, refunded(1, "3.50"))
    add_stores(database, "other")
    deliver(client, refunded(2, "4.50"), source="https://other.example/")

    listed = [
        data_values(admin.get(f"{REFUNDS}?store={number}").text, "refund") for number in ("1", "2", "x")
    ]

    assert listed == [["10"], ["20"], ["20", "10"]]


def test_a_refund_deleted_in_the_store_is_listed_but_not_added_up(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, refunded(1, "3.50"))
    deliver(client, refunded(2, "4.00"))
    with database.transaction() as db:
        db.execute(update(order_refunds).where(order_refunds.c.external_id == "20").values(is_gone=True))

    page = admin.get(REFUNDS).text

    assert data_values(page, "refund") == ["20", "10"]
    assert "refunded £3.50" in page


def test_of_an_erased_customer_a_refund_names_nobody(client: FlaskClient, admin: FlaskClient) -> None:
    deliver(client, refunded(1, "3.50"))
    admin.post("/orders/1/erase")

    page = admin.get(REFUNDS).text

    assert (cells(page, "Customer"), cells(page, "Reason")) == (["erased"], ["\N{EN DASH}"])


def test_an_order_out_of_the_cache_lists_no_refund(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, refunded(1, "3.50"))
    with database.transaction() as db:
        db.execute(update(orders).values(is_cached=False))

    assert is_empty(admin.get(REFUNDS).text)


def test_what_is_listed_is_exported(client: FlaskClient, admin: FlaskClient, database: Database) -> None:
    deliver(client, refunded(1, "3.50"))
    add_stores(database, "other")
    deliver(client, make_order_body(id=2, refunds=[{"id": 20, "reason": "=1+1", "total": "-4.50"}]))
    deliver(client, refunded(3, "1.00"), source="https://other.example/")

    answer = admin.get(f"{REFUNDS}.csv?store=1")

    lines = [line.split(",") for line in answer.text.splitlines()]
    assert lines[0] == [*export.COLUMNS]
    assert [(line[0], line[4], line[7]) for line in lines[1:]] == [
        ("1", "chipped 1", "3.50"),
        ("2", "'=1+1", "4.50"),
    ]
