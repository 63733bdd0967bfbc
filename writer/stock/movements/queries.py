"""Reads of movements: units on hand at a time, units that a sale or an order took out of stock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Exists, Row, exists, func, literal_column, select

from writer.db.schema.movements import movements, stock_count_lines, stock_documents

_later = movements.alias("later")
_later_document = stock_documents.alias("later_document")
# What was taken back, and what takes back, is no count any more.
_stands = movements.c.takes_back_id.is_(None) & ~exists().where(_later.c.takes_back_id == movements.c.id)
_document_stands = ~exists().where(_later_document.c.takes_back_id == stock_documents.c.id)
KINDS = ("sale", "refund", "cancellation", "receipt", "adjustment", "stock take", "drift")


def on_hand_at(db: Connection, counted: Iterable[Row[Any]], at: datetime) -> dict[int, int]:
    """Return the units on hand at `at` by product: the present count less the movements since."""
    now = {row.id: int(row.on_hand) for row in counted}
    since = (
        movements.c.stock_product_id.in_(list(now))
        # All kinds are named, so that the index of product, kind and time is used.
        & movements.c.kind.in_(KINDS)
        & (movements.c.at > at)
    )
    moved = select(movements.c.stock_product_id, func.sum(movements.c.quantity)).where(since)
    for stock_product_id, units in db.execute(moved.group_by(movements.c.stock_product_id)):
        now[stock_product_id] -= int(units)
    return now


def newest_counts(db: Connection, counted: Iterable[Row[Any]], since: datetime) -> dict[int, datetime]:
    """Return when the last stock take that found a difference was made, by product, if after `since`.

    One that was taken back is left out.
    """
    taken = (
        movements.c.stock_product_id.in_([row.id for row in counted])
        & (movements.c.kind == "stock take")
        & (movements.c.at > since)
        & _stands
    )
    newest = select(movements.c.stock_product_id, func.max(movements.c.at)).where(taken)
    return {row[0]: row[1] for row in db.execute(newest.group_by(movements.c.stock_product_id))}


@dataclass(frozen=True)
class StandingCount:
    """A count of a product that was not taken back; `version` is the product's before it was recorded."""

    at: datetime
    version: int

    def settles(self, moved: Row[Any]) -> bool:
        """Tell whether it says what is on hand whatever this movement, recorded before, moved before."""
        return bool(self.version >= moved.version and self.at >= moved.at)


def list_standing_counts(db: Connection, stock_product_id: int) -> list[StandingCount]:
    """Return the counts of a product that were not taken back."""
    by_line = (
        select(stock_documents.c.at, stock_count_lines.c.version)
        .join(stock_documents, stock_count_lines.c.document_id == stock_documents.c.id)
        .where(stock_count_lines.c.stock_product_id == stock_product_id, _document_stands)
    )
    # Counts from before there were documents, and the first one.
    by_movement = select(movements.c.at, movements.c.version - 1).where(
        movements.c.stock_product_id == stock_product_id,
        movements.c.kind == "stock take",
        movements.c.document_id.is_(None),
        _stands,
    )
    return [StandingCount(*row) for query in (by_line, by_movement) for row in db.execute(query)]


def is_counted_since(db: Connection, stock_product_id: int, moment: datetime) -> bool:
    """Tell whether a product was counted at this moment or later, by a count that was not taken back."""
    return any(count.at >= moment for count in list_standing_counts(db, stock_product_id))


def held_by_sale(db: Connection, sale_id: int) -> dict[int, int]:
    """Return the units that a sale entered by hand took out of stock, by product."""
    moved = select(movements.c.stock_product_id, func.sum(movements.c.quantity)).where(
        movements.c.sale_id == sale_id
    )
    rows = db.execute(moved.group_by(movements.c.stock_product_id))
    return {stock_product_id: -int(units) for stock_product_id, units in rows}


class OfLine(NamedTuple):
    """Units that were moved for a line of an order at one time, below 0: taken."""

    stock_product_id: int
    units: int
    at: datetime
    is_refund: bool


def moved_for(db: Connection, order_line_ids: Iterable[int]) -> dict[int, tuple[OfLine, ...]]:
    """Return what was moved for lines of orders, by line; what comes to 0 is left out.

    What was refunded is apart from what was sold and cancelled, because it was no less sold on its day.
    """
    wanted = (movements.c.order_line_id.in_(list(order_line_ids))) & (movements.c.kind != "drift")
    units = func.sum(movements.c.quantity)
    is_refund = movements.c.kind == literal_column("'refund'")
    by = (movements.c.order_line_id, movements.c.stock_product_id, movements.c.at, is_refund)
    found: dict[int, tuple[OfLine, ...]] = {}
    query = select(*by[:3], is_refund.label("is_refund"), units.label("units")).where(wanted)
    for row in db.execute(query.group_by(*by).having(units != 0).order_by(*by)):
        moved = OfLine(row.stock_product_id, int(row.units), row.at, bool(row.is_refund))
        found[row.order_line_id] = (*found.get(row.order_line_id, ()), moved)
    return found


def newest(db: Connection, stock_product_id: int) -> int | None:
    """Return the id of the newest movement of a product; None: it has none."""
    of_it = select(func.max(movements.c.id)).where(movements.c.stock_product_id == stock_product_id)
    found = db.execute(of_it).scalar_one()
    return None if found is None else int(found)


def has_moved(order_line_id: ColumnElement[int]) -> Exists:
    """Return the condition that units were ever moved for a line of an order, and not taken back since.

    What is taken back is so at the time of what it takes back.
    """
    by_time = select(movements.c.at).where(movements.c.order_line_id == order_line_id)
    return exists(by_time.group_by(movements.c.at).having(func.sum(movements.c.quantity) != 0))
