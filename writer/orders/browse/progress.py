"""How far one order has come: placed, paid, shipped, or where it ended before. Pure functions."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, NamedTuple

from writer.orders.record import UNPAID
from writer.web import times

_ENDED = {
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Payment failed",
    "trash": "Deleted in the store",
}


class Step(NamedTuple):
    """One step; `state` "here" is the one that waits for somebody, or where it ended."""

    label: str
    state: Literal["done", "here", ""]
    text: str = ""


def list_steps(order: Any, events: Iterable[Any]) -> list[Step]:
    """Return the steps of an order; `events` are its events, newest first."""
    placed = Step("Placed", "done", times.when(order.created_at))
    paid = Step("Paid", "done", times.when(order.paid_at) if order.paid_at else "")
    since = changed_at(events)
    if order.status in _ENDED:
        way = [placed, paid] if order.paid_at else [placed]
        return [*way, Step(_ENDED[order.status], "here", times.when(since) if since else "")]
    if order.status in UNPAID:
        return [placed, Step("Payment", "here", "not seen yet"), Step("To ship", ""), Step("Shipped", "")]
    if order.to_ship > 0:
        left = f"{times.plural(order.to_ship, 'unit')} left"
        return [placed, paid, Step("To ship", "here", left), Step("Shipped", "")]
    if order.status == "completed":
        return [placed, paid, Step("Shipped", "done", times.when(since) if since else "")]
    if order.status == "processing":
        return [placed, paid, Step("Nothing to ship", "here", "all units came back or were refunded")]
    return [placed, Step(order.status, "here", "a status of this store")]


def changed_at(events: Iterable[Any]) -> datetime | None:
    """Return when an order got the status it has, as far as that was recorded."""
    since, status = None, None
    for event in events:
        if not event.status:
            continue
        if status is not None and event.status != status:
            break
        since, status = event.at, event.status
    return since
