"""The views of the list of orders that everybody has, and which orders belong to each."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal_column

from writer.db.schema.orders import orders
from writer.orders.record.to_ship import LATE_AFTER, UNPAID, is_late, is_to_ship


@dataclass(frozen=True)
class View:
    """One view: orders of these statuses (None: any) that meet a condition (None: all of them)."""

    key: str  # in the address
    label: str
    hint: str  # which orders it holds
    statuses: tuple[str, ...] | None = None
    condition: Callable[[], ColumnElement[bool]] | None = None


def _to_ship() -> ColumnElement[bool]:
    return is_to_ship


def _refunded() -> ColumnElement[bool]:
    # No bound values, because a partial index is used only where the statement itself says so.
    is_part = orders.c.refunded_minor > literal_column("0")
    return is_part | (orders.c.status == literal_column("'refunded'"))


ALL = View("all", "All", "Every order")
VIEWS = {
    view.key: view
    for view in (
        View("to-ship", "To ship", "Paid, with units left to ship", condition=_to_ship),
        View("late", "Late", f"To ship, and placed more than {LATE_AFTER.days} days ago", condition=is_late),
        View("unpaid", "Unpaid", "Waiting for the payment", statuses=UNPAID),
        View("shipped", "Shipped", "Completed in the store", statuses=("completed",)),
        View("refunded", "Refunded", "Refunded wholly or in part", condition=_refunded),
        ALL,
    )
}
