"""Writing what `decide` returned: each row once, and of a row that was there only what changed."""

import json
from collections.abc import Iterator
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

from writer import sales, stock
from writer.db import insert_row, update_row
from writer.db.schema.orders import order_events, order_lines, order_refunds, orders
from writer.orders.record.before import Before
from writer.orders.record.decision import Decision, Event, OrderNotice
from writer.orders.record.rows import Line, Order, Refund
from writer.people import Notice, notices

AnyRow = TypeVar("AnyRow", Order, Line, Refund)
_NO_COLUMNS = {"id", "has_moved"}
_COLUMNS = {row: [name for name in row._fields if name not in _NO_COLUMNS] for row in (Order, Line, Refund)}


def save(db: Connection, before: Before, decision: Decision, actor: str | None = None) -> int | None:
    """Write the rows of the order and of its children, post their sales and movements, open and close
    notices; return the order's id, None where nothing of it is kept.

    `actor` is who closes the notices, None where the store put right what they are about.
    """
    if decision.order is None:
        return None
    movements: list[stock.Movement] = []
    order_id = _save_order(db, before, decision, decision.order, movements)
    for child_before, child in zip(before.children, decision.children, strict=True):
        assert child.order is not None
        _save_order(db, child_before, child, child.order, movements)
    # All at once, because they are made in the order of products: see stock.record.
    stock.record(db, movements)
    store_id = decision.order.store_id
    for notice in decision.opened:
        _open_notice(db, notice, store_id, order_id)
    for notice in decision.put_right:
        _close_notice(db, notice, order_id, actor)
    return order_id


def _save_order(
    db: Connection, before: Before, decision: Decision, order: Order, movements: list[stock.Movement]
) -> int:
    """Write one order with its lines, refunds, sales and events; add to `movements` what is to be moved."""
    order_id = _save_row(db, orders, before.order, order)
    for refund, known in _pairs(before.refunds, decision.refunds):
        _save_row(db, order_refunds, known, refund, order_id=order_id)
    line_ids = {
        line.external_id: _save_row(db, order_lines, known, line, order_id=order_id)
        for line, known in _pairs(before.lines, decision.lines)
    }
    for sale in decision.sales:
        values = sale._asdict() | {"store_id": order.store_id, "order_line_id": line_ids[sale.line]}
        del values["line"]
        sales.post(db, **values)
    for moved in decision.movements:
        values = moved._asdict() | {"store_id": order.store_id, "order_line_id": line_ids[moved.line]}
        del values["line"]
        movements.append(stock.Movement(**values))
    for event in decision.events:
        add_event(db, order_id, event)
    return order_id


def add_event(db: Connection, order_id: int, event: Event) -> None:
    """Write into the order's history what happened to it and why it counts as it does."""
    insert_row(db, order_events, order_id=order_id, **event._asdict())


def _pairs(before: tuple[AnyRow, ...], after: tuple[AnyRow, ...]) -> Iterator[tuple[AnyRow, AnyRow | None]]:
    """Yield each row as it is now with what it was; None for a new one."""
    known = {row.id: row for row in before}
    for row in after:
        yield row, known.get(row.id) if row.id else None


def _save_row(db: Connection, table: Table, known: AnyRow | None, row: AnyRow, **more: Any) -> int:
    values = {name: getattr(row, name) for name in _COLUMNS[type(row)]}
    if known is not None:
        values = {name: value for name, value in values.items() if value != getattr(known, name)}
    if values.get("lines") is not None:
        values["lines"] = json.dumps(dict(values["lines"]))
    if known is None:
        return insert_row(db, table, **more, **values)
    if values:
        update_row(db, table, row.id, **values)
    return row.id


def _open_notice(db: Connection, notice: OrderNotice, store_id: int, order_id: int) -> None:
    said = notice.sentence
    match notice.kind:
        case "LINE_HELD":
            notices.open_(db, Notice.LINE_HELD, said, store_id=store_id, order_id=order_id, line=notice.line)
        case "LINE_UNCOUNTED":
            line = notice.line
            notices.open_(db, Notice.LINE_UNCOUNTED, said, store_id=store_id, order_id=order_id, line=line)
        case "OVER_REFUNDED":
            line = notice.line
            notices.open_(db, Notice.OVER_REFUNDED, said, store_id=store_id, order_id=order_id, line=line)
        case "REFUND_NEEDS_KEYS":
            notices.open_(db, Notice.REFUND_NEEDS_KEYS, said, store_id=store_id, order_id=order_id)
        case "UNMAPPED_STATUS":
            notices.open_(db, Notice.UNMAPPED_STATUS, said, store_id=store_id, status=notice.status)


def _close_notice(db: Connection, notice: OrderNotice, order_id: int, actor: str | None) -> None:
    if notice.kind == "LINE_HELD":
        notices.close(db, Notice.LINE_HELD, actor, order_id=order_id, line=notice.line)
    elif notice.kind == "OVER_REFUNDED":
        notices.close(db, Notice.OVER_REFUNDED, actor, order_id=order_id, line=notice.line)
    elif notice.kind == "LINE_UNCOUNTED":
        notices.close(db, Notice.LINE_UNCOUNTED, actor, order_id=order_id, line=notice.line)
