"""Reads of the movements room: what was on hand at a time, what a sale or an order holds out of stock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Exists, Row, exists, func, select

from writer.db.schema.movements import movements

KINDS = ("sale", "refund", "cancellation", "receipt", "adjustment", "stock take", "drift")


def on_hand_at(db: Connection, counted: Iterable[Row[Any]], at: datetime) -> dict[int, int]:
    """Return by product what was on hand at `at`: what is there now, less what happened since."""
    now = {row.id: int(row.on_hand) for row in counted}
    since = (
        movements.c.stock_product_id.in_(list(now))
        # Any kind; named so that the index of product, kind and time is used.
        & movements.c.kind.in_(KINDS)
        & (movements.c.at > at)
    )
    moved = select(movements.c.stock_product_id, func.sum(movements.c.quantity)).where(since)
    for stock_product_id, units in db.execute(moved.group_by(movements.c.stock_product_id)):
        now[stock_product_id] -= int(units)
    return now


def newest_counts(db: Connection, counted: Iterable[Row[Any]], since: datetime) -> dict[int, datetime]:
    """Return by product when stock was last found to be off, where that is after `since`."""
    taken = (
        movements.c.stock_product_id.in_([row.id for row in counted])
        & (movements.c.kind == "stock take")
        & (movements.c.at > since)
    )
    newest = select(movements.c.stock_product_id, func.max(movements.c.at)).where(taken)
    return {row[0]: row[1] for row in db.execute(newest.group_by(movements.c.stock_product_id))}


def held_by_sale(db: Connection, sale_id: int) -> dict[int, int]:
    """Return by product the units that a sale entered by hand holds out of stock."""
    moved = select(movements.c.stock_product_id, func.sum(movements.c.quantity)).where(
        movements.c.sale_id == sale_id
    )
    rows = db.execute(moved.group_by(movements.c.stock_product_id))
    return {stock_product_id: -int(units) for stock_product_id, units in rows}


def has_moved(order_line_id: ColumnElement[int]) -> Exists:
    """Return the condition that units were ever moved for a line of an order."""
    return exists().where(movements.c.order_line_id == order_line_id)
