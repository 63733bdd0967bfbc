"""The views of the list of orders that everybody has, and which orders belong to each."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal_column

from writer.db.schema.orders import orders
from writer.lib import clock
from writer.orders.record.to_ship import LATE_AFTER, UNPAID, is_late, is_to_ship

Condition = Callable[[], ColumnElement[bool]]


@dataclass(frozen=True)
class View:
    """One view: orders of these statuses (None: any) that meet a condition (None: all of them).

    `condition` says what the view's own index says, so that it is used; `in_passing` says the same in other
    words, for a list that is read along another index.
    """

    key: str  # in the address
    label: str
    hint: str  # which orders it holds
    statuses: tuple[str, ...] | None = None
    condition: Condition | None = None
    in_passing: Condition | None = None


def _to_ship() -> ColumnElement[bool]:
    return is_to_ship


def _to_ship_in_passing() -> ColumnElement[bool]:
    return orders.c.to_ship + 0 > 0


def _late_in_passing() -> ColumnElement[bool]:
    return _to_ship_in_passing() & (orders.c.created_at < clock.now() - LATE_AFTER)


def _refunded() -> ColumnElement[bool]:
    # No bound values, because a partial index is used only where the statement itself says so.
    is_part = orders.c.refunded_minor > literal_column("0")
    return is_part | (orders.c.status == literal_column("'refunded'"))


def _refunded_in_passing() -> ColumnElement[bool]:
    return (orders.c.refunded_minor + 0 > 0) | (orders.c.status == "refunded")


_LATE = f"To ship, and placed more than {LATE_AFTER.days} days ago"
ALL = View("all", "All", "Every order")
VIEWS = {
    view.key: view
    for view in (
        View("to-ship", "To ship", "Paid, with units left to ship", None, _to_ship, _to_ship_in_passing),
        View("late", "Late", _LATE, None, is_late, _late_in_passing),
        View("unpaid", "Unpaid", "Waiting for the payment", UNPAID),
        View("shipped", "Shipped", "Completed in the store", ("completed",)),
        View("refunded", "Refunded", "Refunded wholly or in part", None, _refunded, _refunded_in_passing),
        ALL,
    )
}
