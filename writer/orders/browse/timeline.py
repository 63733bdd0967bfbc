"""What happened to one order, in one line of time: store, stock, money and people.

Other areas add what they know through `timeline_sources`, which wiring.py fills.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row

from writer.lib import money
from writer.lib.store_scope import StoreScope
from writer.orders.record import list_staff_notes
from writer.web import times


@dataclass(frozen=True)
class Happening:
    """One thing that happened; `technical` is for those who ask how, and some are nothing else.

    `by`: "now" changed what is counted, "person" is what somebody did.
    """

    at: datetime
    sentence: str
    detail: str = ""
    by: Literal["", "now", "person"] = ""
    technical: str = ""
    path: str = ""  # where more about it is shown
    is_technical: bool = False


@dataclass(frozen=True)
class Moved:
    """A product whose stock an order moved, and when that was recorded."""

    stock_product_id: int
    sku: str
    recorded_at: datetime


Source = Callable[[Connection, StoreScope, int, Sequence[Moved]], list[Happening]]

# Filled by wiring.py: each returns what it knows of an order (its id, what it moved) that the caller may see.
timeline_sources: list[Source] = []

_STATUSES = {
    "pending": "Waits for its payment",
    "on-hold": "On hold until it is paid",
    "processing": "Paid, to be shipped",
    "completed": "Shipped",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "The payment failed",
    "trash": "Deleted in the store",
}


def list_happenings(
    db: Connection,
    store_scope: StoreScope,
    order: Row[Any],
    events: Sequence[Row[Any]],
    refunds: Sequence[Row[Any]],
    movements: Sequence[Row[Any]],
) -> list[Happening]:
    """Return what happened to an order, newest first; `events` are newest first, the others oldest first."""
    moved = [Moved(row.stock_product_id, row.sku, row.recorded_at) for row in movements]
    found = [_placed(order), *_of_money(order, refunds), *_of_events(events)]
    found += [
        Happening(note.at, note.text, f"{note.author} · only staff see this", by="person")
        for note in list_staff_notes(db, order.id)[::-1]
    ]
    for source in timeline_sources:
        found += source(db, store_scope, order.id, moved)
    # What came first in the same second stays below what followed from it.
    return sorted(found, key=lambda happening: happening.at)[::-1]


def _placed(order: Row[Any]) -> Happening:
    whom = f" by {order.customer_name}" if order.customer_name else ""
    return Happening(order.created_at, f"Ordered{whom} in {order.store_name}")


def _of_money(order: Row[Any], refunds: Sequence[Row[Any]]) -> list[Happening]:
    found = []
    if order.paid_at is not None:
        how = f" by {order.payment_title}" if order.payment_title else ""
        found.append(Happening(order.paid_at, f"Paid {_amount(order.total_minor, order)}{how}", by="now"))
    for refund in refunds:
        if refund.made_at is not None and not refund.is_gone:
            sentence = f"Refunded {_amount(refund.total_minor, order)}"
            found.append(Happening(refund.made_at, sentence, refund.reason, by="now"))
    return found


def _of_events(events: Sequence[Row[Any]]) -> list[Happening]:
    found, former = [], ""
    for event in reversed(events):
        found.append(_of_event(event, former))
        former = event.status or former
    return found


def _of_event(event: Row[Any], former: str) -> Happening:
    """Say what an event of an order is to people; `former` is the status before, "" for the first one."""
    path = f"/webhook-inbox/{event.cause[9:]}" if event.cause.startswith("delivery ") else ""
    if not event.status:  # it counts for nothing: a note that was sent, a customer who was erased
        return Happening(event.at, event.sentence, event.cause, by="person")
    _, is_by_person, who = event.cause.partition(" by ")
    is_old = event.sold is None  # what it counted stands in its sentence alone
    counted = event.sentence if is_old else _units(event.sold, event.taken)
    status = _STATUSES.get(event.status, f"The status is {event.status} now")
    is_change = former not in ("", event.status)
    nothing = "Read again; nothing else to count" if former else "Recorded; nothing to count yet"
    details = [counted if is_change else "", f"by {who}" if is_by_person else ""]
    return Happening(
        event.at,
        status if is_change else counted or nothing,
        " · ".join(filter(None, details)),
        by="person" if is_by_person else "now" if counted else "",
        technical=f"{event.cause[:1].upper()}{event.cause[1:]}. {event.sentence}",
        path=path,
        is_technical=not (counted or is_change or is_by_person),
    )


def _units(sold: int, taken: int) -> str:
    """Say what units were counted: "3 units left your stock, 2 count as sold"."""
    parts = []
    if taken:
        where = "left your stock" if taken > 0 else "came back into stock"
        parts.append(f"{times.plural(abs(taken), 'unit')} {where}")
    if sold:
        what = times.number(abs(sold)) if parts else times.plural(abs(sold), "unit")
        verb = "counts" if abs(sold) == 1 else "count"
        parts.append(f"{what} {'' if sold > 0 else 'no longer '}{verb} as sold")
    words = ", ".join(parts)
    return words[:1].upper() + words[1:]


def _amount(minor: int, order: Row[Any]) -> str:
    return money.to_text(minor, order.currency)
