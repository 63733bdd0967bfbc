"""Explains a count: the movements of one product, newest first, each with its cause."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from writer.db.schema.movements import movements, stock_documents
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.products import product_aliases
from writer.db.schema.stores import stores
from writer.lib.store_scope import StoreScope
from writer.stock.levels import pace
from writer.stock.movements import list_standing_counts

ELSEWHERE = "a store"
KINDS = {
    "sale": "Sale",
    "refund": "Refund",
    "cancellation": "Cancellation",
    "receipt": "Receipt",
    "adjustment": "Adjustment",
    "stock take": "Stock count",
    "drift": "Changed in a store",
}
# What the movements of a product can be narrowed to.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "all": ("All", tuple(KINDS)),
    "sold": ("Sold", ("sale", "refund", "cancellation")),
    # What "Sold in 30 days" is the sum of.
    "sold-30": (f"Sold in {pace.DAYS} days", pace.KINDS_SOLD),
    "received": ("Received", ("receipt",)),
    "adjusted": ("Adjusted", ("adjustment",)),
    "counted": ("Counted", ("stock take",)),
    "stores": ("From stores", ("drift",)),
}
_taking = movements.alias("taking")


@dataclass(frozen=True)
class Step:
    """One movement, the count after it, and the page that shows its cause."""

    movement: Row[Any]
    cause: str
    link: str | None  # a path; None: there is no page
    is_settled: bool = False  # a later count says what is on hand, whatever was recorded before

    @property
    def before(self) -> int:
        """Return the units on hand before this movement."""
        return int(self.movement.on_hand_after - self.movement.quantity)

    @property
    def is_late(self) -> bool:
        """Tell whether the movement happened well before it was recorded."""
        late: timedelta = self.movement.recorded_at - self.movement.at
        return late > timedelta(minutes=1)

    @property
    def is_taken_back(self) -> bool:
        return self.movement.taken_back_by_id is not None

    @property
    def is_free(self) -> bool:
        """Tell whether it can be taken back, as far as other movements do not forbid it."""
        if self.is_settled:
            return False
        moved = self.movement
        caused = (moved.order_line_id, moved.sale_id, moved.takes_back_id, moved.taken_back_by_id)
        return moved.kind != "drift" and not moved.is_of_store and all(cause is None for cause in caused)


def count_steps(db: Connection, stock_product_id: int, group: str = "all") -> tuple[int, int]:
    """Return how many movements of one of GROUPS a product has, and their sum in units."""
    found = select(func.count(), func.coalesce(func.sum(movements.c.quantity), 0))
    number, units = db.execute(found.where(_of(stock_product_id, group))).one()
    return int(number), int(units)


def list_steps(
    db: Connection,
    store_scope: StoreScope,
    stock_product_id: int,
    limit: int,
    offset: int,
    group: str = "all",
) -> list[Step]:
    """Return movements of a product, newest first; the count after each adds up to the one before it.

    A movement of a store that may not be seen is listed, so that the sum is right, without store or order.
    """
    is_seen = movements.c.store_id.is_(None) | store_scope.of(movements.c.store_id)
    with_cause = (
        movements.outerjoin(order_lines, order_lines.c.id == movements.c.order_line_id)
        .outerjoin(orders, orders.c.id == order_lines.c.order_id)
        .outerjoin(stores, stores.c.id == movements.c.store_id)
        .outerjoin(stock_documents, stock_documents.c.id == movements.c.document_id)
        .outerjoin(_taking, _taking.c.takes_back_id == movements.c.id)
    )
    columns: list[ColumnElement[Any]] = [
        *(column for column in movements.c if column.name not in ("actor", "note", "store_id")),
        case((is_seen, movements.c.actor), else_=ELSEWHERE).label("actor"),
        case((is_seen, movements.c.note), else_="").label("note"),
        movements.c.store_id.is_not(None).label("is_of_store"),
        _where(is_seen, movements.c.store_id).label("store_id"),
        # An order that was deleted after its retention has no page.
        _where(is_seen & orders.c.is_cached, orders.c.id).label("order_id"),
        _where(is_seen, orders.c.number).label("order_number"),
        _where(is_seen, stores.c.name).label("store_name"),
        stock_documents.c.delivery_note,
        func.coalesce(stock_documents.c.takes_back_id, stock_documents.c.id).label("shown_document_id"),
        _taking.c.id.label("taken_back_by_id"),
        _taking.c.actor.label("taken_back_by"),
    ]
    found = (
        select(*columns)
        .select_from(with_cause)
        .where(_of(stock_product_id, group))
        .order_by(movements.c.id.desc())
    )
    rows = db.execute(found.limit(limit).offset(offset)).all()
    counts = list_standing_counts(db, stock_product_id)
    return [replace(_step(row), is_settled=any(count.settles(row) for count in counts)) for row in rows]


def _of(stock_product_id: int, group: str) -> ColumnElement[bool]:
    of_it = movements.c.stock_product_id == stock_product_id
    if group == "all":
        return of_it
    of_kind = of_it & movements.c.kind.in_(GROUPS[group][1])
    return of_kind & (movements.c.at >= pace.first_moment()) if group == "sold-30" else of_kind


def _where(is_seen: ColumnElement[bool], column: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((is_seen, column))


def _step(row: Row[Any]) -> Step:
    if row.order_number is not None:
        link = f"/orders/{row.order_id}" if row.order_id is not None else None
        return Step(row, f"order {row.order_number} of {row.store_name}", link)
    if row.sale_id is not None:
        return Step(row, f"sale {row.sale_id}, by {row.actor}", f"/sales/{row.sale_id}")
    if row.store_id is not None:
        return Step(row, row.store_name or row.actor, f"/stores/{row.store_id}")
    if row.document_id is not None:
        return Step(row, _document(row), f"/stocktake/{row.shown_document_id}")
    return Step(row, row.actor, None)


def _document(row: Row[Any]) -> str:
    if row.kind == "receipt":
        return (
            f"delivery note {row.delivery_note}" if row.delivery_note else f"receipt {row.shown_document_id}"
        )
    return f"count {row.shown_document_id}"


def list_aliases(db: Connection, stock_product_id: int) -> list[str]:
    """Return the aliases (folded) of this product, by name."""
    of_it = select(product_aliases.c.sku_key).where(product_aliases.c.stock_product_id == stock_product_id)
    return list(db.execute(of_it.order_by(product_aliases.c.sku_key)).scalars())
