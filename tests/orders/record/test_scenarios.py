"""Scenarios O01-O20 of an order's life and R04-R08 of refunds, as far as units sold go."""

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.delivering import deliver, make_line, make_order_body
from tests.orders.record.ledger import posted, sold_by_order, totals
from tests.page import is_empty
from writer.db import Database
from writer.db.schema.ledger import sales
from writer.db.schema.notices import notices
from writer.db.schema.orders import order_lines, orders


@pytest.fixture
def database(app: Flask) -> Database:
    """The application's own handle on the test's database."""
    found: Database = app.extensions["database"]
    return found


def send(client: FlaskClient, *states: dict[str, Any], order: int = 1001) -> None:
    """Deliver the states of one order, each a second newer than the one before."""
    for second, state in enumerate(states):
        body = make_order_body(id=order, date_modified_gmt=f"2026-11-20T10:00:{second:02}", **state)
        assert deliver(client, body).status_code == 200


def with_lines(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"line_items": list(lines), **changes}


def open_notices(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.execute(select(notices.c.kind).order_by(notices.c.id)).scalars())


def test_o01_an_order_counts_when_it_is_paid_and_once(client: FlaskClient, database: Database) -> None:
    send(client, {"status": "on-hold", "date_paid_gmt": None})
    assert posted(database) == []

    send(client, {"status": "on-hold"}, {"status": "processing"}, {"status": "completed"})

    assert posted(database) == [2]


def test_o02_an_order_that_skips_processing_counts(client: FlaskClient, database: Database) -> None:
    send(client, with_lines(make_line(quantity=1), status="completed"))

    assert posted(database) == [1]


def test_o03_failed_then_paid_counts_once(client: FlaskClient, database: Database) -> None:
    send(client, {"status": "pending"}, {"status": "failed"}, {"status": "processing"})

    assert posted(database) == [2]


def test_o06_an_edit_down_then_up_posts_the_differences(client: FlaskClient, database: Database) -> None:
    send(client, *(with_lines(make_line(quantity=units)) for units in (5, 3, 6)))

    assert posted(database) == [5, -2, 3]


def test_o08_a_removed_line_comes_back(client: FlaskClient, database: Database) -> None:
    first, second = make_line(), make_line(id=12, sku="ICE28", product_id=13, quantity=1)

    send(client, with_lines(first, second), with_lines(first))

    assert totals(database) == {("Fire", "24pin"): 2}


def test_o09_a_line_added_after_payment_counts(client: FlaskClient, database: Database) -> None:
    first, second = make_line(), make_line(id=13, sku="ICE28", product_id=13, quantity=4)

    send(client, with_lines(first), with_lines(first, second))

    assert totals(database) == {("Fire", "24pin"): 2, ("Ice", "28pin"): 4}


def test_o11_one_sku_on_two_lines_counts_both(client: FlaskClient, database: Database) -> None:
    first, second = make_line(), make_line(id=12, quantity=3)

    send(client, with_lines(first, second))
    assert totals(database) == {("Fire", "24pin"): 5}
    send(client, with_lines(first, second), with_lines(first))

    assert totals(database) == {("Fire", "24pin"): 2}


def test_o13_a_custom_status_leaves_the_count_and_says_so_once(
    client: FlaskClient, database: Database
) -> None:
    send(client, {"status": "processing"}, {"status": "wc-shipped"}, {"status": "shipped", "total": "1.00"})

    assert posted(database) == [2]
    assert open_notices(database) == ["unmapped status"]


def test_o14_a_custom_status_seen_first_counts_when_paid(client: FlaskClient, database: Database) -> None:
    send(client, {"status": "wc-shipped"})
    send(client, {"status": "wc-shipped", "date_paid_gmt": None}, order=1002)

    assert sold_by_order(database) == {"1001": 2, "1002": 0}


def test_o16_a_sku_renamed_in_the_store_moves_nothing(client: FlaskClient, database: Database) -> None:
    send(client, with_lines(make_line()), with_lines(make_line(sku="ICE24-was-fire")))
    assert posted(database) == [2]

    send(client, with_lines(make_line(sku="ICE24-was-fire", quantity=1)), order=1002)

    assert totals(database) == {("Fire", "24pin"): 2, ("Ice", "24pin"): 1}


def test_a_line_whose_product_was_deleted_stays_counted(client: FlaskClient, database: Database) -> None:
    send(client, with_lines(make_line()), with_lines(make_line(sku=None, product_id=0)))

    assert posted(database) == [2]


def test_a_line_whose_product_changed_moves_to_the_new_one(client: FlaskClient, database: Database) -> None:
    send(client, with_lines(make_line()), with_lines(make_line(sku="ICE28", product_id=13, quantity=3)))

    assert totals(database) == {("Ice", "28pin"): 3}
    assert sorted(posted(database)) == [-2, 2, 3]


def test_o18_one_order_id_in_two_stores_is_two_orders(client: FlaskClient, database: Database) -> None:
    from writer.stores.registry import registry

    deliver(client, make_order_body(id=500, line_items=[make_line(quantity=1)]))
    with database.transaction() as db:
        registry.register(db, "b.example", "test")

    deliver(client, make_order_body(id=500), source="https://b.example")

    assert totals(database) == {("Fire", "24pin"): 3}


def test_an_id_used_again_after_deletion_is_another_order(client: FlaskClient, database: Database) -> None:
    deliver(client, make_order_body())

    deliver(client, make_order_body(order_key="wc_order_another", date_modified_gmt="2020-01-01T00:00:00"))

    assert posted(database) == [2, 2]


@pytest.mark.parametrize(("quantity", "units"), [(0, []), ("2", [2]), (3.0, [3])])
def test_o20_quantities_that_are_whole_units_count(
    client: FlaskClient, database: Database, quantity: Any, units: list[int]
) -> None:
    send(client, with_lines(make_line(quantity=quantity)))

    assert posted(database) == units


@pytest.mark.parametrize("quantity", [10**12, 1.5, -1, "many", None, True, float("nan"), float("inf"), [2]])
def test_o20_quantities_that_cannot_be_counted_wait_for_review(
    client: FlaskClient, database: Database, quantity: Any
) -> None:
    send(client, with_lines(make_line(quantity=quantity)))

    assert posted(database) == []
    assert open_notices(database) == ["line held"]


def test_a_held_line_keeps_what_it_had_posted(client: FlaskClient, database: Database) -> None:
    send(client, with_lines(make_line()), with_lines(make_line(quantity=1.5)))

    assert posted(database) == [2]


def test_r04_a_refund_of_money_alone_keeps_the_units(client: FlaskClient, database: Database) -> None:
    five = with_lines(make_line(quantity=5))

    send(client, five, {**five, "refunds": [{"id": 77, "reason": "goodwill", "total": "-7.50"}]})

    assert posted(database) == [5]
    with database.reading() as db:
        assert db.execute(select(orders.c.refunded_minor)).scalar_one() == 750
    assert open_notices(database) == ["refund needs keys"]


@pytest.mark.parametrize("restocked", [True, False], ids=["r07", "r08"])
def test_r07_r08_a_fully_refunded_order_is_no_sale(
    client: FlaskClient, database: Database, restocked: bool
) -> None:
    meta = [{"key": "_restock_refunded_items", "value": "5"}] if restocked else []
    refund = {"id": 77, "reason": "", "total": "-24.00"}
    refunded = with_lines(make_line(quantity=5, meta_data=meta), status="refunded", refunds=[refund])

    send(client, with_lines(make_line(quantity=5)), refunded)

    assert posted(database) == [5, -5]
    with database.reading() as db:
        assert db.execute(select(order_lines.c.taken_due)).scalar_one() == (0 if restocked else 5)


def test_a_cancelled_order_that_is_paid_after_all_counts(client: FlaskClient, database: Database) -> None:
    send(client, {}, {"status": "cancelled"}, {"status": "processing"})

    assert posted(database) == [2, -2, 2]


def test_d11_a_trashed_order_leaves_the_totals_until_restored(
    client: FlaskClient, database: Database
) -> None:
    send(client, {})

    deliver(client, {"id": 1001}, topic="order.deleted")
    assert totals(database) == {}
    deliver(client, make_order_body(), topic="order.restored")

    assert totals(database) == {("Fire", "24pin"): 2}


def test_an_order_below_another_is_kept_but_not_counted(client: FlaskClient, database: Database) -> None:
    send(client, {"parent_id": 1001}, order=1002)
    assert sold_by_order(database) == {"1002": 2}

    send(client, {})

    assert sold_by_order(database) == {"1001": 2, "1002": 0}


def test_ledger_rows_are_dated_as_the_order_was_paid(client: FlaskClient, database: Database) -> None:
    send(client, {}, {"status": "cancelled"})

    with database.reading() as db:
        rows = db.execute(select(sales.c.date_added, sales.c.notes, sales.c.source)).all()
    assert {f"{row.date_added:%Y-%m-%d %H:%M}" for row in rows} == {"2026-11-20 09:30"}
    assert rows[0].notes == "shop.example order 1001"
    assert rows[0].source == "order"


def test_a_line_matched_later_is_posted_once_dated_as_its_order(
    client: FlaskClient, database: Database
) -> None:
    from writer.orders.record import rematch
    from writer.sales import product_types

    send(client, with_lines(make_line(sku="CASE-BLUE", product_id=17, variation_id=19)))
    assert posted(database) == []

    with database.transaction() as db:
        product_types.add_rule(db, "ada", "case", "Fire", "24pin")
        assert rematch(db, "rule added by ada") == 1
        assert rematch(db, "rule added by ada") == 0

    assert posted(database) == [2]


def test_t09_an_order_anonymised_in_the_store_keeps_no_person(
    client: FlaskClient, admin: FlaskClient, database: Database, log_file: io.StringIO
) -> None:
    from writer.db.schema.webhook_inbox import deliveries

    send(client, {}, {"meta_data": [{"key": "_anonymized", "value": "yes"}], "billing": {"email": "x@y.z"}})

    with database.reading() as db:
        row = db.execute(select(orders)).one()
        bodies = set(db.execute(select(deliveries.c.body)).scalars())
    assert (row.customer_name, row.customer_email, row.raw, bodies) == (None, None, None, {None})
    assert posted(database) == [2]
    for text in ("Ada", "Lovelace", "ada@example.test"):
        assert is_empty(admin.get("/orders", query_string={"q": text}).text)
        assert text not in log_file.getvalue()
