"""Scenarios of stock: what orders of several stores do to the one count, as far as nothing is pushed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.delivering import deliver, make_line, make_order_body
from tests.stock.products import make_product, moves, on_hand, open_notices
from writer import catalogue, clock, orders
from writer.db import Database
from writer.stores import registry

OPENED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
A, B = "https://shop.example/", "https://b.example/"
Order = Callable[..., None]


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's own handle on the test's database."""
    found: Database = app.extensions["database"]
    return found


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time: products are counted before the orders of that day are made."""
    told = [OPENED]
    monkeypatch.setattr(clock, "now", lambda: told[0])
    return told


@pytest.fixture
def order(client: FlaskClient, database: Database, now: list[datetime]) -> Order:
    """Deliver a state of an order of store A, or of B; each is newer than the one before."""
    with database.transaction() as db:
        registry.register(db, "shop.example", "test")
        registry.register(db, "b.example", "test")

    def send(number: int, *lines: dict[str, Any], source: str = A, **changes: Any) -> None:
        now[0] = max(now[0] + timedelta(seconds=1), OPENED.replace(hour=11))
        modified = now[0].strftime("%Y-%m-%dT%H:%M:%S")
        body = make_order_body(id=number, line_items=list(lines), date_modified_gmt=modified, **changes)
        assert deliver(client, body, source=source).status_code == 200

    return send


def line_x(quantity: int = 1, **changes: Any) -> dict[str, Any]:
    return make_line(sku="X", product_id=871, quantity=quantity, **changes)


def test_s01_the_last_one_is_sold_twice(order: Order, database: Database) -> None:
    make_product(database, on_hand=1)

    order(1, line_x())
    order(2, line_x(), source=B)

    assert on_hand(database) == -1
    said = open_notices(database)["oversold"]
    assert "X is oversold by 1: " in said
    assert "shop.example order 1" in said
    assert "b.example order 2" in said

    order(2, line_x(), source=B, status="cancelled")

    assert on_hand(database) == 0
    assert "oversold" not in open_notices(database)


def test_s02_what_is_oversold_and_comes_back_is_not_more_than_there_was(
    order: Order, database: Database
) -> None:
    make_product(database, on_hand=1)
    order(1, line_x(3))
    assert on_hand(database) == -2

    back = [{"key": "_restock_refunded_items", "value": "3"}]
    refund = {"id": 77, "reason": "", "total": "-24.00"}
    order(1, line_x(3, meta_data=back), status="refunded", refunds=[refund])

    assert (on_hand(database), moves(database)) == (1, [-3, 3])


def test_a13_a_line_without_a_sku_counts_as_what_its_product_is_said_to_be(
    order: Order, database: Database
) -> None:
    make_product(database)
    with database.transaction() as db:
        orders.say_product(db, 1, 871, 0, "X")

    order(1, make_line(sku="", product_id=871, quantity=1))

    assert on_hand(database) == 9


def test_a14_what_is_no_product_moves_no_stock_and_makes_no_noise(order: Order, database: Database) -> None:
    make_product(database)
    with database.transaction() as db:
        catalogue.ignore_sku(db, "ada", "GIFT-CARD")
    before = open_notices(database)

    order(1, make_line(sku="GIFT-CARD", product_id=99, quantity=1), total="50.00")

    assert moves(database) == []
    assert open_notices(database) == before


def test_an_order_made_before_the_first_count_is_part_of_it(order: Order, database: Database) -> None:
    make_product(database)

    order(1, line_x(), date_created_gmt="2026-11-20T07:00:00")
    order(1, line_x(), date_created_gmt="2026-11-20T07:00:00", status="cancelled")

    # What was on hold for the order and never left comes back on the shelf.
    assert moves(database) == [1]


def test_an_edit_of_an_order_moves_the_difference(order: Order, database: Database) -> None:
    make_product(database)

    for quantity in (5, 3, 6):
        order(1, line_x(quantity))

    assert moves(database) == [-5, 2, -3]


def test_a_product_added_later_takes_no_units_of_earlier_orders(order: Order, database: Database) -> None:
    order(1, line_x(2))

    make_product(database)

    assert (moves(database), on_hand(database)) == ([], 10)
