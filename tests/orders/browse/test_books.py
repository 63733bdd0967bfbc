"""What an order comes to: its sums add up to the total that the store has, and every number has its rows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.delivering import deliver, make_line, make_order_body
from tests.page import data_values, facts
from writer.db import Database
from writer.db.schema.orders import orders
from writer.lib.store_scope import EVERYTHING
from writer.orders.browse.books import Sum, list_sums, read_books
from writer.orders.record import get_order
from writer.stock import movements

pytestmark = pytest.mark.postgres


def sums(database: Database) -> list[Sum]:
    with database.reading() as db:
        return list_sums(db, get_order(db, EVERYTHING, 1))


def test_items_discount_shipping_fees_and_tax_add_up_to_the_total(
    client: FlaskClient, database: Database
) -> None:
    deliver(
        client,
        make_order_body(
            total="33.70",
            total_tax="5.20",
            shipping_lines=[{"id": 3, "method_title": "Tracked 48", "total": "3.50"}],
            fee_lines=[{"id": 4, "name": "Gift wrap", "total": "3.00"}],
            line_items=[make_line(subtotal="24.00", total="22.00", total_tax="4.40")],
            refunds=[{"id": 5, "reason": "", "total": "-3.70"}],
        ),
    )

    assert sums(database) == [
        Sum("Items", 2400),
        Sum("Discount", -200),
        Sum("Shipping, Tracked 48", 350),
        Sum("Gift wrap", 300),
        Sum("Tax", 520),
        Sum("Total", 3370, is_total=True),
        Sum("Refunded", -370),
        Sum("Net", 3000, is_total=True),
    ]


@pytest.mark.parametrize(
    ("total", "term"), [("24.01", "Not itemised"), ("20.00", "Not itemised"), ("24.00", None)]
)
def test_what_no_line_says_is_a_sum_of_its_own(
    client: FlaskClient, database: Database, total: str, term: str | None
) -> None:
    deliver(client, make_order_body(total=total, line_items=[make_line(subtotal="24.00", total="24.00")]))

    found = sums(database)

    others = [part.term for part in found if part.term not in ("Items", "Total")]
    assert others == ([term] if term else [])
    assert sum(part.minor for part in found if not part.is_total) == found[-1].minor


def test_of_an_order_recorded_before_only_the_rest_is_known(client: FlaskClient, database: Database) -> None:
    deliver(client, make_order_body(total="27.50", line_items=[make_line(total="24.00")]))
    with database.transaction() as db:
        db.execute(update(orders).values(charges=None))

    assert sums(database)[1] == Sum("Shipping, fees and tax", 350)


@pytest.mark.parametrize(("held_out", "agrees"), [("2", True), ("5", False), (None, None)])
def test_books_say_whether_the_store_took_the_same_units(
    client: FlaskClient, database: Database, held_out: str | None, agrees: bool | None
) -> None:
    with database.transaction() as db:
        movements.add_product(db, "ada", "FIRE24", on_hand=9, at=datetime(2026, 11, 1, tzinfo=UTC))
    meta: list[Any] = [{"key": "_reduced_stock", "value": held_out}] if held_out else []
    deliver(client, make_order_body(line_items=[make_line(quantity=2, meta_data=meta)]))

    with database.reading() as db:
        found = read_books(db, 1)

    assert (found.sold, found.taken, found.units, found.agrees) == ([("Fire 24pin", 2)], 2, 2, agrees)


def test_each_number_leads_to_rows_that_come_to_it(
    client: FlaskClient, admin: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        movements.add_product(db, "ada", "FIRE24", on_hand=9, at=datetime(2026, 11, 1, tzinfo=UTC))
    deliver(client, make_order_body(line_items=[make_line(quantity=3)]))
    later = {"date_modified_gmt": "2026-11-21T10:00:00"}
    deliver(client, make_order_body(line_items=[make_line(quantity=2)], **later))

    page = admin.get("/orders/1?counted=1").text

    assert facts(page)["Counts as sold"] == "2 \N{MULTIPLICATION SIGN} Fire 24pin"
    assert facts(page)["Out of stock"] == "2 units"
    assert sum(int(units) for units in data_values(page, "posted")) == 2
    assert sum(int(units) for units in data_values(page, "moved")) == -2
    assert (data_values(page, "posted-sum"), data_values(page, "moved-sum")) == (["2"], ["2"])
