"""Takes back what was recorded by mistake: new movements that undo others, which stay as they are.

A receipt or a stock count is taken back as a whole, anything else movement by movement. What an order, a
sale by hand or a store moved is corrected there.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from writer import db as database
from writer.db import get_row, insert_row
from writer.db.schema.movements import movements, stock_documents
from writer.db.schema.products import products as products_table
from writer.lib import clock
from writer.lib.errors import Conflict, DomainError
from writer.people import audit
from writer.stock import products
from writer.stock.movements.queries import list_standing_counts
from writer.stock.movements.record import Movement, record

_COPIED = ("stock_product_id", "kind", "at")


@dataclass(frozen=True)
class Effect:
    """What taking back does to one product; `product` is its row."""

    product: Row[Any]
    change: int  # units

    @property
    def before(self) -> int:
        return int(self.product.on_hand)

    @property
    def after(self) -> int:
        return self.before + self.change


@dataclass(frozen=True)
class TakeBack:
    """What would be taken back, and what that does; `refusal` says why it cannot be (None: it can)."""

    document: Row[Any] | None  # None: a movement by itself
    movements: Sequence[Row[Any]]
    effects: list[Effect]
    refusal: DomainError | None

    @property
    def subject(self) -> str:
        """Return what the audit trail calls it."""
        if self.document is not None:
            return f"stock document {self.document.id}"
        return f"movement {self.movements[0].id}"

    @property
    def outcome(self) -> str:
        """Return in a sentence what is true once it was taken back."""
        if len(self.effects) == 1:
            return f"Taken back: {self.effects[0].after:,} of {self.effects[0].product.sku} on hand."
        if not self.effects:
            return "Taken back: it had moved nothing."
        return f"Taken back: {len(self.effects)} products are as they were."


def plan_movement(db: Connection, movement_id: int) -> TakeBack:
    """Return what taking back this movement would do, or its whole receipt or count. Raises NotFound."""
    moved = get_row(db, movements, movement_id, "There is no such movement.")
    if moved.document_id is not None:
        return plan_document(db, moved.document_id)
    return _plan(db, None, [moved])


def plan_document(db: Connection, document_id: int) -> TakeBack:
    """Return what taking back this receipt or stock count would do. Raises NotFound."""
    document = get_row(db, stock_documents, document_id, "There is no such receipt or stock count.")
    of_it = select(movements).where(movements.c.document_id == document_id).order_by(movements.c.id)
    return _plan(db, document, db.execute(of_it).all())


def take_back_movement(db: Connection, actor: str, movement_id: int) -> TakeBack:
    """Take back this movement, or the whole receipt or count that it belongs to; return what was done.

    Raises NotFound, Conflict with the reason, and NotEnoughStock if fewer units are on hand.
    """
    planned = plan_movement(db, movement_id)
    return _carry_out(db, actor, planned)


def take_back_document(db: Connection, actor: str, document_id: int) -> TakeBack:
    """Take back this receipt or stock count; return what was done. Raises as `take_back_movement`."""
    return _carry_out(db, actor, plan_document(db, document_id))


def _carry_out(db: Connection, actor: str, planned: TakeBack) -> TakeBack:
    # Locked, and then read again: somebody may take it back, sell or count meanwhile.
    database.lock(db, planned.subject)
    products.lock_products(db, {moved.stock_product_id for moved in planned.movements})
    document = planned.document
    if document is not None:
        planned = plan_document(db, document.id)
    else:
        planned = plan_movement(db, planned.movements[0].id)
    if planned.refusal is not None:
        raise planned.refusal
    document_id = None if document is None else _add_counter_document(db, actor, document)
    record(db, [_counter(moved, actor, document_id) for moved in planned.movements])
    changed = {effect.product.sku: effect.change for effect in planned.effects}
    audit.note(db, actor, "stock.take_back", planned.subject, None, {"moved": changed})
    return planned


def _counter(moved: Row[Any], actor: str, document_id: int | None) -> Movement:
    # At its time, so that the stock of any moment since is what it would be had it never been recorded.
    copied = {name: getattr(moved, name) for name in _COPIED}
    return Movement(
        quantity=-moved.quantity, actor=actor, document_id=document_id, takes_back_id=moved.id, **copied
    )


def _add_counter_document(db: Connection, actor: str, document: Row[Any]) -> int:
    return insert_row(
        db,
        stock_documents,
        kind=document.kind,
        at=document.at,
        recorded_at=clock.now(),
        actor=actor,
        takes_back_id=document.id,
    )


def _plan(db: Connection, document: Row[Any] | None, moved: Sequence[Row[Any]]) -> TakeBack:
    changes: dict[int, int] = defaultdict(int)
    for movement in moved:
        changes[movement.stock_product_id] -= movement.quantity
    wanted = select(products_table).where(products_table.c.id.in_(list(changes)))
    effects = [Effect(row, changes[row.id]) for row in db.execute(wanted.order_by(products_table.c.sku_key))]
    refusal = _why_not(db, document, moved) or _why_not_enough(effects)
    return TakeBack(document, moved, effects, refusal)


def _why_not(db: Connection, document: Row[Any] | None, moved: Sequence[Row[Any]]) -> DomainError | None:
    is_counter = moved[0].takes_back_id if document is None else document.takes_back_id
    if is_counter is not None:
        return Conflict("This takes something back itself. Receive, adjust or count to correct it.")
    if document is None and (sentence := _why_not_by_hand(moved[0])):
        return Conflict(sentence)
    taken = _taken_back_by(db, document, moved)
    if taken is not None:
        return Conflict(f"{taken.actor} took this back already.")
    for movement in moved:
        if (sentence := _why_settled(db, movement)) is not None:
            return Conflict(sentence)
    return None


def _why_not_by_hand(moved: Row[Any]) -> str | None:
    """Return where a movement is corrected that no person made here; None: a person made it."""
    if moved.order_line_id is not None:
        return "An order moved these units. Change, cancel or refund the order in its store instead."
    if moved.sale_id is not None:
        return "A sale by hand moved these units. Change or delete the sale instead."
    if moved.store_id is not None or moved.kind == "drift":
        return "This was taken over from a store. Take it back on that store's page of differences instead."
    return None


def _taken_back_by(db: Connection, document: Row[Any] | None, moved: Sequence[Row[Any]]) -> Row[Any] | None:
    if document is not None:
        table, wanted = stock_documents, document.id
    else:
        table, wanted = movements, moved[0].id
    return db.execute(select(table.c.actor).where(table.c.takes_back_id == wanted)).first()


def _why_settled(db: Connection, moved: Row[Any]) -> str | None:
    """Return that a later count says what is on hand whatever was recorded before; None: there is none."""
    if not any(count.settles(moved) for count in list_standing_counts(db, moved.stock_product_id)):
        return None
    sku = products.get_by_id(db, moved.stock_product_id).sku
    return f"{sku} was counted since: the count says what is there. Adjust or count it instead."


def _why_not_enough(effects: list[Effect]) -> DomainError | None:
    for effect in effects:
        if effect.change < 0 and effect.after < 0 and not effect.product.allows_backorders:
            left = "none is" if effect.before <= 0 else f"only {effect.before:,} {_are(effect.before)}"
            sku = effect.product.sku
            sentence = f"{-effect.change:,} of {sku} would be taken back, but {left} on hand."
            return products.NotEnoughStock(f"{sentence} Adjust or count it instead.")
    return None


def _are(units: int) -> str:
    return "is" if units == 1 else "are"
