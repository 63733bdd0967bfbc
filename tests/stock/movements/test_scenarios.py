"""Scenarios of stock: what orders of several stores do to the one count, as far as nothing is pushed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.delivering import deliver, make_line, make_order_body
from tests.orders.record.ledger import totals
from tests.stock.movements.products import make_product, moves, on_hand, open_notices
from writer.db import Database
from writer.db.schema.ledger import sales
from writer.db.schema.orders import order_lines
from writer.lib import clock
from writer.lib.store_scope import EVERYTHING
from writer.orders.record import (
    Channel,
    LineSnapshot,
    OrderSnapshot,
    RefundSnapshot,
    record,
    review_line,
    say_product,
)
from writer.sales import product_types
from writer.stock import movements
from writer.stores.registry import registry

OPENED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
A, B = "https://shop.example/", "https://b.example/"
Order = Callable[..., None]


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
        say_product(db, 1, 871, 0, "X")

    order(1, make_line(sku="", product_id=871, quantity=1))

    assert on_hand(database) == 9


def test_a14_what_is_no_product_moves_no_stock_and_makes_no_noise(order: Order, database: Database) -> None:
    make_product(database)
    with database.transaction() as db:
        product_types.ignore_sku(db, "ada", "GIFT-CARD")
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


@pytest.mark.parametrize("is_counted", [False, True])
def test_a_sale_that_waited_for_a_transfer_is_dated_when_that_came(
    order: Order, database: Database, is_counted: bool
) -> None:
    if is_counted:
        make_product(database, sku="FIRE24")

    order(1, make_line(), status="on-hold", date_paid_gmt=None)
    order(1, make_line(), status="processing", date_paid_gmt="2026-11-22T15:00:00")

    with database.reading() as db:
        assert [row.date_added.day for row in db.execute(select(sales))] == [22]


def test_units_taken_a_second_time_were_there_when_somebody_counted(
    order: Order, database: Database, now: list[datetime]
) -> None:
    product = make_product(database)
    for hour, status in ((11, "processing"), (12, "cancelled"), (14, "processing")):
        now[0] = OPENED.replace(hour=hour)
        order(1, line_x(2), status=status)

    now[0] = OPENED.replace(hour=15)
    with database.transaction() as db:
        movements.count(db, "ada", [(product.id, 10)], OPENED.replace(hour=13))

    assert on_hand(database) == 8


def test_a_line_added_later_takes_its_units_when_it_was_added(
    order: Order, database: Database, now: list[datetime]
) -> None:
    product = make_product(database)
    order(1, make_line(sku="Y"))
    now[0] = OPENED.replace(hour=14)
    order(1, make_line(sku="Y"), line_x(4, id=12))

    now[0] = OPENED.replace(hour=15)
    with database.transaction() as db:
        movements.count(db, "ada", [(product.id, 10)], OPENED.replace(hour=13))

    assert on_hand(database) == 6


def test_another_policy_for_refunds_takes_nothing_off_the_shelf_again(database: Database) -> None:
    make_product(database)
    line = LineSnapshot("11", 5, sku="X", product_id=871)
    refund = RefundSnapshot("77", 800, lines=(("11", 2),))
    with database.transaction() as db:
        store = registry.register(db, "shop.example", "test")
        for seconds, status, is_restocked in ((1, "processing", True), (2, "completed", False)):
            channel = Channel(store.id, "shop", restocks_refunds=is_restocked)
            changed_at = OPENED + timedelta(seconds=seconds)
            told = OrderSnapshot("1", status, (line,), OPENED, changed_at=changed_at, refunds=(refund,))
            record(db, channel, told, "test")

    assert on_hand(database) == 7


def test_deleting_a_refund_whose_units_only_the_mark_told_moves_nothing(
    order: Order, database: Database
) -> None:
    make_product(database)
    marked = line_x(5, meta_data=[{"key": "_restock_refunded_items", "value": "2"}])

    order(1, line_x(5))
    order(1, marked, refunds=[{"id": 9, "reason": "", "total": "-1.00"}])
    order(1, marked)

    assert (on_hand(database), moves(database)) == (7, [-5, 2])


@pytest.mark.parametrize("paid_at", ["2026-11-20T09:30:00", None])
def test_an_order_in_a_plugins_status_counts_after_the_trash_as_before(
    client: FlaskClient, order: Order, database: Database, paid_at: str | None
) -> None:
    make_product(database, sku="FIRE24")
    order(1, make_line(quantity=4), date_paid_gmt=paid_at)
    order(1, make_line(quantity=4), date_paid_gmt=paid_at, status="packed")

    deliver(client, {"id": 1}, topic="order.deleted", source=A)
    in_trash = totals(database)
    order(1, make_line(quantity=4), date_paid_gmt=paid_at, status="packed")

    assert in_trash == {}
    assert (totals(database), on_hand(database, "FIRE24")) == ({("Fire", "24pin"): 4}, 6)


@pytest.mark.parametrize(
    ("paid_at", "other", "sold", "held"),
    [
        ("2026-11-20T09:30:00", None, 3, 3),
        (None, "processing", 4, 4),
        (None, "on-hold", 0, 4),
        (None, None, 0, 0),
    ],
)
def test_a_line_reviewed_in_a_plugins_status_counts_as_the_rest_of_its_order(
    order: Order, database: Database, paid_at: str | None, other: str | None, sold: int, held: int
) -> None:
    make_product(database, sku="FIRE24")
    broken = make_line(quantity="2.5", id=12)
    more = [make_line(quantity=1)] if other else []
    if other:
        order(1, *more, broken, date_paid_gmt=paid_at, status=other)
    order(1, *more, broken, date_paid_gmt=paid_at, status="packed")

    with database.transaction() as db:
        line = db.execute(select(order_lines).where(order_lines.c.problem.is_not(None))).one()
        review_line(db, EVERYTHING, "ada", line.order_id, line.id, 3)

    assert (totals(database).get(("Fire", "24pin"), 0), 10 - on_hand(database, "FIRE24")) == (sold, held)


def test_a_reviewed_line_that_came_back_puts_no_unit_on_the_shelf_that_never_left(database: Database) -> None:
    make_product(database)
    line = LineSnapshot("11", 5, sku="X", product_id=871)
    refund = RefundSnapshot("77", 800, lines=(("11", 2),))
    with database.transaction() as db:
        channel = Channel(registry.register(db, "shop.example", "test").id, "shop")
        for seconds, told in ((1, line), (2, replace(line, quantity=0, problem="Its quantity is 1.5."))):
            changed_at = OPENED + timedelta(seconds=seconds)
            snapshot = OrderSnapshot(
                "1", "processing", (told,), OPENED, changed_at=changed_at, refunds=(refund,)
            )
            record(db, channel, snapshot, "test")
        row = db.execute(select(order_lines)).one()
        review_line(db, EVERYTHING, "ada", row.order_id, row.id, 1)

        assert db.execute(select(order_lines.c.taken)).scalar_one() == 0


def test_a_product_said_to_be_a_sku_is_pinned_when_that_is_counted(order: Order, database: Database) -> None:
    with database.transaction() as db:
        say_product(db, 1, 871, 0, "X")
    unnamed = make_line(sku="", product_id=871, quantity=2)

    order(1, unnamed)
    make_product(database)
    order(1, unnamed, status="cancelled")

    # As of any order made before the first count: what was on hold for it comes back on the shelf.
    assert on_hand(database) == 12
