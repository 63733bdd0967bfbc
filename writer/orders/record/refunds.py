"""Refunds of an order: each refund id once, its quantities kept from whichever reading first knew them."""

import json
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, select

from writer.db import Prepared, insert_row, update_row
from writer.db.schema.orders import order_refunds, orders
from writer.orders.record.lines import Line
from writer.orders.record.rules import Units
from writer.orders.record.snapshot import OrderSnapshot, RefundSnapshot

_REFUNDS = Prepared(select(order_refunds).where(order_refunds.c.order_id == bindparam("of_order")))

MADE_UP = "short-"  # begins the id of a refund that a message told of without naming it


@dataclass
class Refunded:
    """Units refunded per line id: `now` by refunds that exist, `ever` with those deleted since."""

    now: dict[str, int] = field(default_factory=dict)
    ever: dict[str, int] = field(default_factory=dict)
    total_minor: int = 0
    unread: list[str] = field(default_factory=list)  # refunds whose quantities are not known
    is_open: bool = False  # there was one whose quantities are not known, deleted since or not


def merge(db: Connection, order_id: int, told: tuple[RefundSnapshot, ...], is_new: bool) -> Refunded:
    """Bring the order's refunds to what a snapshot lists and add them up.

    A refund the snapshot no longer lists was deleted in the store: its units count as refunded no more,
    but what it put on the shelf stays there. One whose id was made up is listed by no store: it stands for
    one of those that are listed without their quantities, while there are any.
    """
    if is_new and not told:
        return Refunded()
    rows = _REFUNDS.all(db, of_order=order_id)
    known = {row.external_id: row for row in rows}
    unread = 0
    for refund in told:
        row = known.pop(refund.external_id, None)
        unread += refund.lines is None and (row is None or row.lines is None)
        if row is None:
            insert_row(db, order_refunds, order_id=order_id, **_columns(refund))
        elif row.is_gone or (refund.lines is not None and row.lines is None):
            keep = {} if refund.lines is not None else {"lines": row.lines}
            changes = {**_columns(refund), **keep, "is_gone": False}
            update_row(db, order_refunds, row.id, **changes)
        elif refund.total_minor not in (0, row.total_minor):  # who told of it first did not know
            update_row(db, order_refunds, row.id, total_minor=refund.total_minor, reason=refund.reason)
    for row in known.values():
        if unread and row.external_id.startswith(MADE_UP):
            unread -= 1
        elif not row.is_gone:
            update_row(db, order_refunds, row.id, is_gone=True)
    return load(db, order_id)


def load(db: Connection, order_id: int) -> Refunded:
    """Add up the refunds of an order as they are recorded."""
    result = Refunded()
    for row in _REFUNDS.all(db, of_order=order_id):
        lines: dict[str, int] = json.loads(row.lines) if row.lines is not None else {}
        result.is_open = result.is_open or row.lines is None
        for line_id, units in lines.items():
            result.ever[line_id] = result.ever.get(line_id, 0) + units
            if not row.is_gone:
                result.now[line_id] = result.now.get(line_id, 0) + units
        if not row.is_gone:
            result.total_minor += row.total_minor
            if row.lines is None:
                result.unread.append(row.external_id)
    return result


def teaches(db: Connection, order_id: int, snapshot: OrderSnapshot) -> bool:
    """Tell whether the snapshot knows quantities of a refund that so far was only an amount."""
    told = [refund.external_id for refund in snapshot.refunds if refund.lines is not None]
    if not told:
        return False
    unread = select(order_refunds.c.id).where(
        order_refunds.c.order_id == order_id,
        order_refunds.c.external_id.in_(told),
        order_refunds.c.lines.is_(None),
    )
    return db.execute(unread).first() is not None


def known(db: Connection, store_id: int, external_id: str) -> set[str]:
    """Return the ids of an order's refunds whose quantities are read already."""
    query = (
        select(order_refunds.c.external_id)
        .join(orders, orders.c.id == order_refunds.c.order_id)
        .where(orders.c.store_id == store_id, orders.c.external_id == external_id)
        .where(order_refunds.c.lines.is_not(None))
    )
    return set(db.execute(query).scalars())


def units(
    line: Line, refunded: Refunded, told_restocked: int | None, any_told: bool, by_policy: bool
) -> Units:
    """Return a line's quantities, clamped to restocked <= refunded <= quantity.

    Restocked is, first that is known: the store's own mark on the line; 0 where only its siblings carry
    the mark; the owner's policy. It never falls: what was put back is on the shelf.
    """
    ever = min(refunded.ever.get(line.external_id, 0), line.quantity)
    now = min(refunded.now.get(line.external_id, 0), line.quantity)
    if told_restocked is not None:
        restocked = told_restocked
    elif any_told:
        restocked = 0
    else:
        # A policy that was changed since takes nothing off the shelf again.
        restocked = max(ever if by_policy else 0, line.restocked)
    # Where a refund's quantities were never read, the store's mark is all that is known of them.
    most = line.quantity if refunded.is_open else max(ever, min(line.restocked, line.quantity))
    return Units(line.quantity, now, max(ever, min(restocked, most)), min(restocked, most))


def _columns(refund: RefundSnapshot) -> dict[str, object]:
    lines = None if refund.lines is None else json.dumps(dict(refund.lines))
    return {
        "external_id": refund.external_id,
        "reason": refund.reason,
        "total_minor": refund.total_minor,
        "lines": lines,
    }
