"""Each field of WooCommerce's JSON that is understood, and what is counted of it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.delivering import make_line, make_order_body
from writer.orders import OrderSnapshot, RefundSnapshot
from writer.stores.woocommerce import shapes, translate

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def order(**changes: Any) -> OrderSnapshot:
    return translate.order(make_order_body(**changes), NOW)


def line(**changes: Any) -> Any:
    [only] = order(line_items=[make_line(**changes)]).lines
    return only


def meta(**entries: Any) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in entries.items()]


def test_an_order_is_taken_over_field_by_field() -> None:
    snapshot = translate.order(make_order_body(number="K-7", parent_id=9), NOW, raw="{}")

    assert snapshot.external_id == "1001"
    assert snapshot.status == "processing"
    assert snapshot.number == "K-7"
    assert snapshot.currency == "GBP"
    assert snapshot.total_minor == 2400
    assert snapshot.created_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert snapshot.changed_at == datetime(2026, 11, 20, 10, 0, 1, tzinfo=UTC)
    assert snapshot.paid_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    assert snapshot.parent_external_id == "9"
    assert (snapshot.customer_name, snapshot.customer_email) == ("Ada Lovelace", "ada@example.test")
    assert snapshot.raw == "{}"
    assert snapshot.is_anonymized is False


def test_what_an_order_does_not_say_has_a_default() -> None:
    snapshot = translate.order({"id": 7, "status": "pending", "line_items": [], "refunds": []}, NOW)

    assert snapshot == OrderSnapshot("7", "pending", (), NOW, number="7")


@pytest.mark.parametrize("body", [{}, {"id": 0}, {"id": "000"}, {"id": None}])
def test_a_body_without_an_id_is_no_order(body: dict[str, Any]) -> None:
    with pytest.raises(shapes.Refusal, match="no order id"):
        translate.order({"status": "processing", **body}, NOW)


@pytest.mark.parametrize("status", [None, "", "  ", "wc-"])
def test_a_body_without_a_status_is_no_order(status: Any) -> None:
    with pytest.raises(shapes.Refusal, match="no status"):
        order(status=status)


def test_the_prefix_of_a_status_in_the_stores_database_is_left_out() -> None:
    assert order(status="wc-on-hold").status == "on-hold"


@pytest.mark.parametrize(("told", "kept"), [("0042", "42"), (42, "42"), ("9" * 40, "9" * 40)])
def test_ids_are_kept_as_text_without_leading_zeros(told: Any, kept: str) -> None:
    assert order(id=told).external_id == kept


def test_an_order_key_becomes_a_short_hash_and_none_becomes_nothing() -> None:
    assert order(order_key="wc_order_1").key_hash == "acbdb3dc77c03b76"
    assert order(order_key="").key_hash == ""


def test_a_customer_the_store_erased_is_not_kept() -> None:
    snapshot = translate.order(make_order_body(meta_data=meta(_anonymized="yes")), NOW, raw="{}")

    assert snapshot.is_anonymized is True
    assert (snapshot.customer_name, snapshot.customer_email, snapshot.raw) == (None, None, None)


@pytest.mark.parametrize("billing", [None, [], {}, {"first_name": " ", "email": ""}])
def test_an_order_without_a_customer_has_none(billing: Any) -> None:
    snapshot = order(billing=billing)

    assert (snapshot.customer_name, snapshot.customer_email) == (None, None)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("2026-11-20T09:00:00+02:00", datetime(2026, 11, 20, 7, 0, tzinfo=UTC)),
        ("1970-01-01T00:00:00", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1969-12-31T23:59:59", None),
        ("2899-12-31T23:59:59", datetime(2899, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2900-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_is_utc_and_of_a_year_that_is_shown(told: Any, kept: datetime | None) -> None:
    assert order(date_modified_gmt=told).changed_at == kept
    assert order(date_created_gmt=told).created_at == (kept or NOW)


def test_a_time_is_utc_wherever_the_hub_is(elsewhere: None) -> None:
    assert order(date_modified_gmt="2026-11-20T09:00:00").changed_at == datetime(
        2026, 11, 20, 9, 0, tzinfo=UTC
    )


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The hub's machine is in Los Angeles."""
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("told", "minor"), [("12.5", 1250), (7, 700), (None, 0), ("", 0)])
def test_money_that_is_not_told_counts_as_nothing(told: Any, minor: int) -> None:
    assert order(total=told).total_minor == minor


def test_money_is_read_in_the_orders_currency() -> None:
    snapshot = order(currency="jpy", total="1550", line_items=[make_line(total="1550")])

    assert (snapshot.currency, snapshot.total_minor, snapshot.lines[0].total_minor) == ("JPY", 1550, 1550)


def test_a_line_is_taken_over_field_by_field() -> None:
    meta_data = meta(_restock_refunded_items="1", _reduced_stock="2")
    found = line(id=11, variation_id=5, name="Fire", meta_data=meta_data, total="24.00")

    assert (found.external_id, found.quantity, found.sku, found.name) == ("11", 2, "FIRE24", "Fire")
    assert (found.product_id, found.variation_id, found.total_minor) == (10, 5, 2400)
    assert (found.restocked, found.store_reduced, found.problem) == (1, 2, None)


@pytest.mark.parametrize("told", [None, ""])
def test_units_that_are_not_told_are_not_known(told: Any) -> None:
    found = line(meta_data=meta(_restock_refunded_items=told, _reduced_stock=told))

    assert (found.restocked, found.store_reduced) == (None, None)


def test_lines_of_a_small_program_are_told_apart_by_their_place() -> None:
    body = make_order_body(line_items=[make_line(id=0), make_line(id=12), make_line(id=0)])

    lines = translate.order(body, NOW, is_partial=True).lines

    assert [found.external_id for found in lines] == ["#1", "12", "#3"]


@pytest.mark.parametrize(
    ("told", "units"), [(2, 2), ("3", 3), (2.0, 2), ("0", 0), (100_000, 100_000), ("1e2", 100)]
)
def test_whole_units_are_counted(told: Any, units: int) -> None:
    assert (line(quantity=told).quantity, line(quantity=told).problem) == (units, None)


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (None, "Its quantity is None, which is not a number."),
        (True, "Its quantity is True, which is not a number."),
        ("many", "Its quantity is many, which is not a number."),
        ([2], "Its quantity is [2], which is not a number."),
        ("nan", "Its quantity is nan, which is not a number."),
        (10**400, f"Its quantity is 1{'0' * 39}, which is not a number."),
        (-1, "Its quantity is -1; more than 100,000 or less than 0 needs a person."),
        (100_001, "Its quantity is 100001; more than 100,000 or less than 0 needs a person."),
        ("inf", "Its quantity is inf; more than 100,000 or less than 0 needs a person."),
        (1.5, "Its quantity is 1.5; only whole units are counted."),
    ],
)
def test_a_quantity_that_cannot_be_counted_waits_for_a_person(told: Any, problem: str) -> None:
    assert (line(quantity=told).quantity, line(quantity=told).problem) == (0, problem)


@pytest.mark.parametrize(("told", "kept"), [(2**31 - 1, 2**31 - 1), (2**31, 0)])
def test_ids_beyond_the_column_are_unknown_products(told: Any, kept: int) -> None:
    assert (line(product_id=told).product_id, line(variation_id=told).variation_id) == (kept, kept)


def test_texts_are_made_fit_for_any_database() -> None:
    assert line(sku=" a\0b\ud800 ").sku == "ab?"
    assert len(line(sku="x" * 300).sku) == 200
    assert len(line(name="x" * 400).name) == 300
    assert shapes.told(7, 5) == "7"
    assert shapes.shown("") == "nothing"


def test_no_text_of_an_order_is_longer_than_its_limit() -> None:
    long = "x" * 400
    billing = {"first_name": long, "last_name": long, "email": long}

    snapshot = order(status=long, currency=long, number=long, billing=billing)

    assert (len(snapshot.status), len(snapshot.currency), len(snapshot.number)) == (60, 3, 60)
    assert snapshot.customer_name == f"{'x' * 100} {'x' * 100}"
    assert len(snapshot.customer_email or "") == 200
    assert (
        order(order_key="x" * 200).key_hash == order(order_key=long).key_hash != order(order_key="x").key_hash
    )


def test_the_reason_of_a_refund_is_kept_to_its_limit() -> None:
    told = {"id": 5, "total": "-6.00", "reason": "x" * 400, "line_items": []}

    [listed] = order(refunds=[told]).refunds
    [read] = translate.refunds([told], "GBP")

    assert (listed.reason, read.reason) == ("x" * 300, "x" * 300)


def test_an_order_lists_its_refunds_by_amount_alone() -> None:
    told = [{"id": 5, "total": "-6.00", "reason": "chipped"}, {"id": 5, "total": "-7.00"}]

    assert order(refunds=told).refunds == (RefundSnapshot("5", 700),)


def test_a_refund_resource_tells_units_of_lines() -> None:
    lines = [
        {"quantity": -1, "meta_data": meta(_refunded_item_id="11")},
        {"quantity": -2, "meta_data": meta(_refunded_item_id="11")},
        {"quantity": -4, "meta_data": meta(_refunded_item_id="3")},
        {"quantity": 0, "meta_data": meta(_refunded_item_id="12")},
        {"quantity": "-7", "meta_data": meta(_refunded_item_id="2")},
    ]
    told = {"id": 5, "amount": "6.00", "total": "-9.00", "reason": "chipped", "line_items": lines}

    assert translate.refunds([told], "GBP") == (
        RefundSnapshot("5", 600, "chipped", (("11", 3), ("2", 7), ("3", 4))),
    )


def test_a_refund_without_an_amount_is_worth_its_total() -> None:
    assert translate.refunds([{"id": 5, "total": "-9.00", "line_items": []}], "GBP") == (
        RefundSnapshot("5", 900, "", ()),
    )


@pytest.mark.parametrize(
    ("refund", "sentence"),
    [
        ({"total": "-9.00", "line_items": []}, "A refund of the order has no id."),
        ({"id": 5}, "The list of lines of refund 5 is missing, so nothing is known about it."),
        (
            {"id": 5, "line_items": None},
            "The list of lines of refund 5 is null, so nothing is known about it.",
        ),
        (
            {"id": 5, "line_items": [{"quantity": -1, "meta_data": []}]},
            "A line of refund 5 names no line of the order.",
        ),
        (
            {"id": 5, "line_items": [{"quantity": None}]},
            "A line of refund 5 cannot be read. Its quantity is None, which is not a number.",
        ),
        ({"id": "9" * 41}, f"The id of a refund is not an id: {'9' * 40}."),
        (
            {"id": 5, "line_items": [], "amount": True},
            "The amount of a refund is not an amount of money: True.",
        ),
        ({"id": 5, "line_items": [], "reason": []}, "The reason of a refund is not text: []."),
    ],
)
def test_a_refund_that_is_not_understood_is_refused(refund: dict[str, Any], sentence: str) -> None:
    with pytest.raises(shapes.Refusal) as caught:
        translate.refunds([refund], "GBP")

    assert str(caught.value) == sentence
