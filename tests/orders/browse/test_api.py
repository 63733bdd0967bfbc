"""Orders as JSON: the list with filters, sorting and paging, what all come to, one with its history."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import grant_every_store
from tests.orders.record.many import add_orders, add_stores
from writer.db import Database
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.orders.record import list_expired, take_out_of_cache

pytestmark = pytest.mark.postgres

ORDERS = "/api/v1/orders"


@pytest.fixture
def shops(client: FlaskClient, api: FlaskClient, database: Database) -> None:
    """Four orders of shop.example, one of other; the program may see both."""
    deliver(client, make_order_body(id=99, status="failed"))
    add_stores(database, "other")
    deliver(client, make_order_body(id=1, status="completed", currency="EUR", total="100.00"))
    deliver(
        client, make_order_body(id=2, currency="USD", total="50.00", refunds=[{"id": 9, "total": "-20.00"}])
    )
    deliver(client, make_order_body(id=3, status="cancelled", currency="EUR", total="999.00"))
    deliver(client, make_order_body(id=4, currency="EUR", total="7.00"), source="https://other.example/")
    grant_every_store(database)


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [order["number"] for order in answer.get_json()["orders"]]


def test_the_list_tells_what_is_known_of_each_order(
    client: FlaskClient, api: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())
    grant_every_store(database)

    body = api.get(ORDERS).get_json()

    assert (body["count"], body["total_count"]) == (1, 1)
    [order] = body["orders"]
    assert order.pop("last_synced") is not None
    assert order == {
        "id": 1,
        "store_id": 1,
        "store": "shop.example",
        "woocommerce_id": "1001",
        "number": "1001",
        "status": "processing",
        "date_created": "2026-11-20T09:00:00Z",
        "date_modified": "2026-11-20T10:00:01Z",
        "date_paid": "2026-11-20T09:30:00Z",
        "customer_name": "Ada Lovelace",
        "customer_email": "ada@example.test",
        "currency": "GBP",
        "total": "24.00",
        "refunded": "0.00",
        "revenue": "24.00",
        "units": 2,
        "to_ship": 2,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"1", "2", "3", "4", "99"}),
        ("?status=cancelled", {"3"}),
        ("?store=2", {"4"}),
        ("?store=77", set()),
        ("?q=lovel", {"1", "2", "3", "4", "99"}),
        ("?q=fire24&status=completed", {"1"}),
        ("?q=nobody", set()),
        ("?q=%00", {"1", "2", "3", "4", "99"}),
        ("?from=2026-11-20&to=2026-11-20", {"1", "2", "3", "4", "99"}),
        ("?from=2026-11-21", set()),
        ("?to=2026-11-19", set()),
    ],
)
def test_the_list_is_filtered(api: FlaskClient, shops: None, query: str, found: set[str]) -> None:
    answer = api.get(f"{ORDERS}{query}")

    assert set(numbers(answer)) == found
    assert answer.get_json()["total_count"] == len(found)


def test_the_list_is_sorted_and_paged(api: FlaskClient, shops: None) -> None:
    highest = api.get(f"{ORDERS}?orderBy=total&limit=2")
    next_ones = api.get(f"{ORDERS}?orderBy=total&limit=2&offset=2")
    lowest = api.get(f"{ORDERS}?orderBy=total&order=asc&limit=1")

    assert numbers(highest) == ["3", "1"]
    assert numbers(next_ones) == ["2", "99"]
    assert numbers(lowest) == ["4"]
    assert (highest.get_json()["count"], highest.get_json()["total_count"]) == (2, 5)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("offset=-1", "offset"),
        ("offset=99999999999", "offset"),
        ("store=x", "store"),
        ("from=yesterday", "from"),
        ("to=2026-02-30", "to"),
        ("from=0001-01-01", "from"),
        ("to=9999-12-31", "to"),
        ("orderBy=customer", "orderBy"),
        ("order=up", "order"),
    ],
)
def test_what_cannot_be_asked_names_the_parameter(api: FlaskClient, query: str, field: str) -> None:
    answer = api.get(f"{ORDERS}?{query}")

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert field in answer.get_json()["errors"]


def test_a_page_has_25_orders_unless_another_size_is_asked_for(
    admin: FlaskClient, database: Database
) -> None:
    add_orders(database, add_stores(database, "a"), 150)

    assert admin.get(ORDERS).get_json()["count"] == 25
    assert admin.get(f"{ORDERS}?limit=100").get_json()["count"] == 100


def test_stats_never_add_up_two_currencies(api: FlaskClient, shops: None) -> None:
    body = api.get(f"{ORDERS}/stats").get_json()

    assert body["revenue"] == [
        {"currency": "EUR", "revenue": "107.00", "units": 4},
        {"currency": "GBP", "revenue": "0.00", "units": 0},
        {"currency": "USD", "revenue": "30.00", "units": 2},
    ]
    assert (body["orders"], body["units"], body["last_sync"]) == (5, 6, None)
    assert body["by_status"] == {"cancelled": 1, "completed": 1, "failed": 1, "processing": 2}
    of_each = {part["store"]: (part["orders"], part["units"]) for part in body["stores"]}
    assert of_each == {"other": (1, 2), "shop.example": (4, 4)}


def test_stats_are_read_as_of_the_store_that_was_read_longest_ago(
    api: FlaskClient, shops: None, database: Database
) -> None:
    with database.transaction() as db:
        for store_id, hour in ((1, 9), (2, 8)):
            at = datetime(2026, 11, 20, hour, tzinfo=UTC)
            db.execute(update(stores).where(stores.c.id == store_id).values(polled_at=at))

    assert api.get(f"{ORDERS}/stats").get_json()["last_sync"] == "2026-11-20T08:00:00Z"


def test_one_order_comes_with_lines_refunds_history_and_raw_data(
    client: FlaskClient, api: FlaskClient, database: Database
) -> None:
    refund = {"id": 9, "reason": "chipped", "total": "-4.00"}
    deliver(client, make_order_body(line_items=[make_line(quantity=3)], refunds=[refund], coupon="x"))
    grant_every_store(database)

    body = api.get(f"{ORDERS}/1").get_json()

    [line] = body["lines"]
    assert (line["sku"], line["quantity"], line["sold"], line["model"]) == ("FIRE24", 3, 3, "Fire")
    assert body["refunds"] == [
        {"woocommerce_id": "9", "reason": "chipped", "total": "4.00", "units": None, "is_gone": False}
    ]
    assert [(event["cause"], event["status"]) for event in body["history"]] == [("delivery 1", "processing")]
    assert "Counted +3 Fire 24pin" in body["history"][0]["effect"]
    assert body["raw"]["coupon"] == "x"


def test_an_order_is_found_by_its_id_in_its_store(api: FlaskClient, shops: None) -> None:
    body = api.get(f"{ORDERS}/woocommerce/1/3").get_json()

    assert (body["store"], body["number"]) == ("shop.example", "3")
    assert api.get(f"{ORDERS}/woocommerce/2/3").status_code == 404


@pytest.mark.parametrize(
    "path", ["0", "9", "2147483648", "99999999999999999999", "woocommerce/9/1", "woocommerce/99999999999/1"]
)
def test_an_order_that_is_not_there_is_not_found(admin: FlaskClient, path: str) -> None:
    answer = admin.get(f"{ORDERS}/{path}")

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_what_orders_came_to_stays_when_they_leave_the_cache(
    client: FlaskClient, api: FlaskClient, shops: None, database: Database
) -> None:
    before = api.get(f"{ORDERS}/stats").get_json()
    with database.transaction() as db:
        db.execute(update(orders).values(created_at=datetime(2026, 5, 1, tzinfo=UTC)))
        old = list_expired(db, 90, 1000)
        take_out_of_cache(db, old)
    assert len(old) == 5

    after = api.get(f"{ORDERS}/stats").get_json()
    deliver(client, make_order_body(id=1, status="completed", currency="EUR", total="100.00"))
    late = make_order_body(id=2, currency="USD", total="50.00", date_modified_gmt="2026-11-21T00:00:00")
    deliver(client, late)

    assert after == before
    assert api.get(ORDERS).get_json()["total_count"] == 1
    told = api.get(f"{ORDERS}/stats").get_json()
    assert (told["orders"], told["units"]) == (before["orders"], before["units"])
    assert {"currency": "USD", "revenue": "50.00", "units": 2} in told["revenue"]


def test_an_order_that_was_cleaned_up_is_not_found(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    deliver(client, make_order_body())
    with database.transaction() as db:
        db.execute(update(orders).values(is_cached=False))

    assert admin.get(f"{ORDERS}/1").status_code == 404
    assert admin.get(ORDERS).get_json()["total_count"] == 0
    with database.reading() as db:
        assert db.execute(select(orders.c.id)).scalar_one() == 1
