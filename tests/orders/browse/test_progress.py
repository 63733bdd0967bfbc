"""The steps an order has come, and when it got the status it has."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from writer.orders.browse.progress import changed_at, list_steps

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def make_order(status: str, paid_at: datetime | None = NOON, to_ship: int = 0) -> Any:
    return SimpleNamespace(status=status, created_at=NOON, paid_at=paid_at, to_ship=to_ship)


@pytest.mark.parametrize(
    ("order", "steps"),
    [
        (make_order("pending", None), ["Placed!", "Payment*", "To ship", "Shipped"]),
        (make_order("processing", to_ship=2), ["Placed!", "Paid!", "To ship*", "Shipped"]),
        (make_order("packed", to_ship=2), ["Placed!", "Paid!", "To ship*", "Shipped"]),
        (make_order("processing"), ["Placed!", "Paid!", "Nothing to ship*"]),
        (make_order("completed"), ["Placed!", "Paid!", "Shipped!"]),
        (make_order("cancelled", None), ["Placed!", "Cancelled*"]),
        (make_order("refunded"), ["Placed!", "Paid!", "Refunded*"]),
        (make_order("failed", None), ["Placed!", "Payment failed*"]),
        (make_order("trash"), ["Placed!", "Paid!", "Deleted in the store*"]),
        (make_order("at-the-kiln"), ["Placed!", "at-the-kiln*"]),
    ],
    ids=lambda value: value.status if isinstance(value, SimpleNamespace) else "",
)
def test_an_order_has_come_as_far_as_its_status_says(order: Any, steps: list[str]) -> None:
    mark = {"done": "!", "here": "*", "": ""}

    assert [step.label + mark[step.state] for step in list_steps(order, [])] == steps


def test_a_status_holds_since_the_first_event_in_a_row_that_has_it() -> None:
    statuses = ["completed", "", "completed", "processing", "completed"]  # newest first
    events = [
        SimpleNamespace(at=NOON - timedelta(hours=ago), status=status) for ago, status in enumerate(statuses)
    ]

    assert changed_at(events) == NOON - timedelta(hours=2)
    assert changed_at([]) is None
