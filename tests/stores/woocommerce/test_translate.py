"""An order's JSON: absent, null, empty and unreadable are four different things."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.delivering import make_line, make_order_body
from writer.orders import OrderSnapshot
from writer.stores import woocommerce
from writer.stores.woocommerce import Refusal

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def read(**changes: Any) -> OrderSnapshot:
    body = make_order_body(**changes)
    return woocommerce.read_order({name: value for name, value in body.items() if value != "absent"}, NOON)


def refused(**changes: Any) -> str:
    with pytest.raises(Refusal) as error:
        read(**changes)
    return str(error.value)


def test_a_list_with_a_gap_is_read_like_any_list() -> None:
    lines = {"0": make_line(), "2": make_line(12, "ICE24", 1)}
    meta = {"1": {"key": "_anonymized", "value": "yes"}}
    refunds = {"4": {"id": 7, "total": "-6.00"}}

    order = read(line_items=lines, meta_data=meta, refunds=refunds)

    assert [(line.external_id, line.quantity) for line in order.lines] == [("11", 2), ("12", 1)]
    assert order.is_anonymized
    assert [(refund.external_id, refund.total_minor) for refund in order.refunds] == [("7", 600)]


def test_meta_data_of_a_line_may_have_a_gap_too() -> None:
    meta = {"3": {"key": "_reduced_stock", "value": "2"}}

    assert read(line_items=[make_line(meta_data=meta)]).lines[0].store_reduced == 2


def test_an_empty_list_of_lines_is_an_order_without_lines() -> None:
    assert read(line_items=[]).lines == ()


@pytest.mark.parametrize("lines", ["absent", None, {}, "", 0, "none", [1], {"0": "x"}, [[]], True])
def test_lines_that_cannot_be_read_are_not_no_lines(lines: Any) -> None:
    assert "list of lines" in refused(line_items=lines)


@pytest.mark.parametrize("refunds", [None, {}, "", 0, ["x"], {"0": 1}])
def test_refunds_that_cannot_be_read_are_not_no_refunds(refunds: Any) -> None:
    assert "list of refunds" in refused(refunds=refunds)


def test_an_order_without_a_list_of_refunds_says_nothing_of_them() -> None:
    assert read(refunds=[]).tells_refunds
    assert not read(refunds="absent").tells_refunds


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (make_line(id=0), "A line of the order has no id."),
        ({"sku": "FIRE24", "quantity": 1}, "A line of the order has no id."),
        (make_line(id={"a": 1}), "The id of a line is not an id"),  # type: ignore[arg-type]  # that is the point
        (make_line(meta_data="none"), "The meta data of line 11 cannot be read"),
        (make_line(product_id=[3]), "The product of line 11 is not an id"),  # type: ignore[arg-type]  # likewise
        (make_line(variation_id=-1), "The variation of line 11 is not an id"),
        (make_line(sku=["FIRE24"]), "The SKU of line 11 is not text"),  # type: ignore[arg-type]  # likewise
        (make_line(total="much"), "The total of line 11 is not an amount of money"),
        (
            make_line(meta_data=[{"key": "_reduced_stock", "value": "some"}]),
            "_reduced_stock of line 11 is not a number of units",
        ),
    ],
)
def test_a_line_that_is_not_understood_holds_the_order(line: dict[str, Any], sentence: str) -> None:
    assert sentence in refused(line_items=[line])


def test_two_lines_of_one_id_hold_the_order() -> None:
    assert "the id 11" in refused(line_items=[make_line(), make_line(quantity=1)])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"status": 5}, "status is not text"),
        ({"status": ["processing"]}, "status is not text"),
        ({"status": None}, "has no status"),
        ({"id": "12a"}, "id is not an id"),
        ({"id": None}, "has no order id"),
        ({"total": "1e999999999"}, "total is not an amount of money"),
        ({"total": {"amount": 3}}, "total is not an amount of money"),
        ({"total": True}, "total is not an amount of money"),
        ({"currency": ["GBP"]}, "currency is not text"),
        ({"billing": "Ada"}, "billing address cannot be read"),
        ({"billing": {"first_name": ["Ada"]}}, "first name is not text"),
        ({"parent_id": "none"}, "parent is not an id"),
        ({"order_key": {}}, "key is not text"),
        ({"meta_data": 7}, "meta data of the order cannot be read"),
        ({"date_modified_gmt": "yesterday"}, "date_modified_gmt of the order is not a time"),
        ({"date_modified_gmt": 1763632800}, "date_modified_gmt of the order is not a time"),
        ({"date_paid_gmt": []}, "date_paid_gmt of the order is not a time"),
    ],
)
def test_a_field_of_another_type_holds_the_order(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in refused(**changes)


@pytest.mark.parametrize("value", ["absent", None, ""])
def test_what_is_not_said_is_no_trouble(value: Any) -> None:
    order = read(
        total=value,
        currency=value,
        parent_id=value,
        date_paid_gmt=value,
        date_modified_gmt=value,
        number=value,
    )

    assert (order.total_minor, order.currency, order.parent_external_id) == (0, "", None)
    assert (order.paid_at, order.number) == (None, "1001")


@pytest.mark.parametrize("value", ["0000-00-00T00:00:00", "-0001-11-30T00:00:00"])
def test_the_zero_date_of_php_is_no_date(value: str) -> None:
    assert read(date_paid_gmt=value).paid_at is None


@pytest.mark.parametrize("billing", ["absent", None, [], {}])
def test_an_order_without_a_billing_address_has_no_customer(billing: Any) -> None:
    assert read(billing=billing).customer_email is None
