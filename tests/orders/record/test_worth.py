"""Scenario T02, and the counts and sums that triggers keep: they equal the orders themselves."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.delivering import captured, deliver, make_line, make_order_body
from writer.db import Database
from writer.db.schema.orders import order_counts, order_revenue, orders


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's own handle on the test's database."""
    found: Database = app.extensions["database"]
    return found


def revenue(database: Database) -> dict[str, int]:
    net = func.sum(order_revenue.c.net_minor)
    with database.reading() as db:
        query = select(order_revenue.c.currency, net).group_by(order_revenue.c.currency)
        return {row[0]: int(row[1]) for row in db.execute(query.having(net != 0))}


def test_t02_revenue_is_never_summed_over_currencies(client: FlaskClient, database: Database) -> None:
    def order(number: int, currency: str, total: str, **changes: Any) -> None:
        deliver(client, make_order_body(id=number, currency=currency, total=total, **changes))

    order(1, "EUR", "100.00")
    order(2, "USD", "50.00", refunds=[{"id": 9, "total": "-20.00"}])
    order(3, "EUR", "999.00", status="cancelled")

    assert revenue(database) == {"EUR": 10000, "USD": 3000}


def test_counts_by_status_equal_the_orders(app: Flask, database: Database) -> None:
    client = app.test_client()
    for delivery in captured():
        delivery.post(client)

    counted = (func.sum(order_counts.c.orders), func.sum(order_counts.c.cached))
    with database.reading() as db:
        by_status = select(order_counts.c.status, *counted).group_by(order_counts.c.status)
        kept = {row[0]: row[1:] for row in db.execute(by_status.having(counted[0] > 0))}
        own = select(orders.c.status, func.count()).group_by(orders.c.status)
        expected = {row[0]: (row[1], row[1]) for row in db.execute(own)}
    assert kept == expected


def test_units_and_revenue_by_day_equal_the_orders(app: Flask, database: Database) -> None:
    client = app.test_client()
    for delivery in captured():
        delivery.post(client)

    with database.reading() as db:
        kept = db.execute(
            select(
                func.sum(order_revenue.c.orders),
                func.sum(order_revenue.c.units),
                func.sum(order_revenue.c.net_minor),
            )
        ).one()
        own = db.execute(select(func.count(), func.sum(orders.c.units), func.sum(orders.c.net_minor))).one()
    assert tuple(kept) == tuple(own)


def test_the_largest_amounts_are_counted(client: FlaskClient, database: Database) -> None:
    line = make_line(total="25000000.00")

    answer = deliver(client, make_order_body(currency="IDR", total="25000000.00", line_items=[line]))

    assert answer.get_json()["outcome"] == "recorded"
    assert revenue(database) == {"IDR": 2_500_000_000}
