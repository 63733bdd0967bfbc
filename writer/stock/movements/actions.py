"""Stock actions: receive, adjust, sell, count, and start to count a SKU."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from writer import db as database
from writer.db.schema.movements import stock_count_lines, stock_documents, stock_forms
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.people import audit
from writer.stock import products
from writer.stock.movements import queries
from writer.stock.movements.record import LARGEST_MOVE, Movement, record
from writer.stock.products import counts, settings

_FORMS_KEPT = timedelta(days=1)
_CLOCKS_DIFFER = timedelta(minutes=1)  # a program whose clock is ahead means now
FIRST_COUNT = "first count"


@dataclass(frozen=True)
class Counted:
    """A stock count that was recorded: its document, and how many counts were off."""

    document_id: int
    off: int


def add_product(
    db: Connection, actor: str, sku: str, on_hand: int = 0, at: datetime | None = None, **given: Any
) -> Row[Any]:
    """Start to count a SKU with `on_hand` units as the first count, made `at`; return its row.

    `at` None: now. `given` are settings by column. Orders made before that are part of the count and move no
    stock. Raises Invalid naming the fields, or Conflict if the SKU, trimmed and case-folded, is a product
    already.
    """
    # Whole seconds, like the times of orders and sales: one of the same second comes after the count.
    now = (at or clock.now()).replace(microsecond=0)
    stock_product_id = products.add(db, actor, sku, now, **given)
    if not 0 <= on_hand <= settings.MAX_UNITS:
        raise _unusable_count()
    if on_hand:
        _check_time(now, products.get_by_id(db, stock_product_id))
        record(db, [Movement(stock_product_id, on_hand, "stock take", now, actor, FIRST_COUNT)])
    # Through touch, which opens the notices that a new product needs.
    return counts.touch(db, stock_product_id)


def receive(
    db: Connection,
    actor: str,
    received: Iterable[tuple[Row[Any], int]],
    note: str = "",
    at: datetime | None = None,
    delivery_note: str = "",
    supplier: str = "",
) -> int:
    """Add the units of products that came in together, now or at `at`; return the id of the receipt.

    `delivery_note` is the number on the delivery note. Raises Invalid naming quantity, note, delivery_note,
    supplier or at.
    """
    lines = list(received)
    now = clock.now()
    for product, quantity in lines:
        if not 1 <= quantity <= LARGEST_MOVE:
            sentence = f"Receive 1 to {LARGEST_MOVE:,} units."
            raise Invalid(f"{product.sku} cannot be received: {sentence}", {"quantity": sentence})
        _check_time(at or now, product)
    came_in_at = min(at or now, now)
    told = settings.note(note)
    document_id = _add_document(
        db,
        "receipt",
        came_in_at,
        actor,
        note=told,
        delivery_note=settings.line("delivery_note", delivery_note),
        supplier=settings.line("supplier", supplier),
    )
    made = [
        Movement(product.id, quantity, "receipt", came_in_at, actor, told, document_id=document_id)
        for product, quantity in lines
    ]
    record(db, made)
    return document_id


def _add_document(db: Connection, kind: str, at: datetime, actor: str, **given: str) -> int:
    values = {"kind": kind, "at": at, "recorded_at": clock.now(), "actor": actor, **given}
    return database.insert_row(db, stock_documents, **values)


def adjust(
    db: Connection, actor: str, product: Row[Any], quantity: int, note: str, at: datetime | None = None
) -> int:
    """Add or take units for the reason in `note` (broken, given away, found); return the movement's id.

    Raises Invalid.
    """
    return _move(db, actor, product, quantity, "adjustment", settings.note(note, is_needed=True), at)


def sell(
    db: Connection,
    actor: str,
    product: Row[Any],
    quantity: int,
    note: str = "",
    at: datetime | None = None,
    may_oversell: bool = False,
) -> int:
    """Take units that were sold outside the ledger; return the movement's id.

    Raises Invalid, and NotEnoughStock unless allowed.
    """
    if quantity < 1:
        raise Invalid("The quantity cannot be used.", {"quantity": "Sell at least 1 unit."})
    return _move(
        db, actor, product, -quantity, "sale", settings.note(note), at, refuse_oversell=not may_oversell
    )


def _move(
    db: Connection,
    actor: str,
    product: Row[Any],
    quantity: int,
    kind: str,
    note: str,
    at: datetime | None,
    refuse_oversell: bool = False,
) -> int:
    now = clock.now()
    _check_time(at or now, product)
    moved = Movement(product.id, quantity, kind, min(at or now, now), actor, note)
    return record(db, [moved], refuse_oversell=refuse_oversell)[0]


def count(
    db: Connection, actor: str, counted: Iterable[tuple[int, int]], at: datetime, note: str = ""
) -> Counted:
    """Take stock: `counted` is (product id, units found) as of `at`.

    Movements after `at` stay: "14 at 10:05" and a sale at 10:20 give 13. Raises Invalid if a count is below 0
    or given twice, if `at` is in the future, or if there is a later count.
    """
    given = list(counted)
    units = dict(given)
    if len(units) < len(given):
        raise Invalid("A product is counted twice.", {"count": "Give one count for each SKU."})
    if not all(0 <= found <= settings.MAX_UNITS for found in units.values()):
        raise _unusable_count()
    # Locked, so that nothing moves between reading and recording the difference.
    counted_products = products.lock_products(db, units)
    check_count(db, at, counted_products)
    at = min(at, clock.now())
    was = queries.on_hand_at(db, counted_products, at)
    told = settings.note(note)
    document_id = _add_document(db, "stock take", at, actor, note=told)
    for row in counted_products:
        found = {"counted": units[row.id], "expected": was[row.id], "version": row.version}
        line = {"document_id": document_id, "stock_product_id": row.id, **found}
        db.execute(insert(stock_count_lines), line)
    moved = [
        Movement(row.id, units[row.id] - was[row.id], "stock take", at, actor, told, document_id=document_id)
        for row in counted_products
        if units[row.id] != was[row.id]
    ]
    record(db, moved)
    audit.note(db, actor, "stock.take", "stock", None, {"at": at, "counted": len(units), "off": len(moved)})
    return Counted(document_id, len(moved))


def _unusable_count() -> Invalid:
    most = f"Use a whole number from 0 to {settings.MAX_UNITS:,}."
    return Invalid("A count cannot be used.", {"count": most})


def check_count(db: Connection, at: datetime, counted: Sequence[Row[Any]]) -> None:
    """Raise Invalid if these products cannot be counted as of `at`."""
    for sentence in why_not_counted(db, at, counted).values():
        raise Invalid(sentence, {"at": sentence})


def why_not_counted(db: Connection, at: datetime, counted: Sequence[Row[Any]]) -> dict[int, str]:
    """Return why a product cannot be counted as of `at`, by product: too early, or there is a later count."""
    newest = queries.newest_counts(db, counted, at)
    refused = {row.id: sentence for row in counted if (sentence := _why_not_then(row, at))}
    for row in counted:
        if row.id in newest:
            refused.setdefault(row.id, f"{row.sku} was counted later, at {_minute(newest[row.id])}.")
    return refused


def _check_time(at: datetime, product: Row[Any]) -> None:
    sentence = _why_not_then(product, at)
    if sentence:
        raise Invalid(sentence, {"at": sentence})


def _why_not_then(product: Row[Any], at: datetime) -> str | None:
    """Return why a time cannot be used: it is in the future, or before the first count."""
    if at > clock.now() + _CLOCKS_DIFFER:
        return "The time must not be in the future."
    return _why_not_counted_then(product, at)


def _why_not_counted_then(product: Row[Any], at: datetime) -> str | None:
    is_counted = at >= product.counted_from
    return None if is_counted else f"{product.sku} is counted only since {_minute(product.counted_from)}."


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def sell_by_hand(
    db: Connection,
    actor: str,
    sale_id: int,
    sku: str | None,
    quantity: int,
    at: datetime,
    may_oversell: bool = False,
) -> None:
    """Make a sale entered by hand, made at `at`, take exactly `quantity` units of `sku` out of stock.

    The difference to what it took before, of this SKU or another, is moved; 0 or no SKU puts all back. A SKU
    that is not counted, or was first counted after the sale, moves nothing. Raises NotEnoughStock unless
    `may_oversell`.
    """
    sold_at = min(at, clock.now())
    product = products.find(db, sku) if sku else None
    is_counted = product is not None and _why_not_counted_then(product, sold_at) is None
    due = {product.id: quantity} if product is not None and is_counted else {}
    held = queries.held_by_sale(db, sale_id)
    moved = []
    for stock_product_id in {**held, **due}:
        taken = due.get(stock_product_id, 0) - held.get(stock_product_id, 0)
        kind = "sale" if taken > 0 else "cancellation"
        note = f"sale {sale_id} by hand"
        if taken:
            moved.append(Movement(stock_product_id, -taken, kind, sold_at, actor, note, sale_id=sale_id))
    record(db, moved, refuse_oversell=not may_oversell)


def why_not_taken(db: Connection, sku: str | None, at: datetime) -> str | None:
    """Return why a sale by hand of `sku`, made at `at`, takes nothing out of stock; None if it does.

    None too if there is no SKU, because then nothing was asked for.
    """
    if not sku:
        return None
    product = products.find(db, sku)
    if product is None:
        return f"No product has the SKU {sku}: nothing was taken out of stock."
    sentence = _why_not_counted_then(product, min(at, clock.now()))
    return None if sentence is None else f"{sentence[:-1]}: nothing was taken out of stock."


def is_first_sending(db: Connection, token: str) -> bool:
    """Tell whether a form is sent for the first time; its `token` is stored for a day."""
    database.lock(db, f"stock form {token}")
    db.execute(delete(stock_forms).where(stock_forms.c.sent_at < clock.now() - _FORMS_KEPT))
    if db.execute(select(stock_forms.c.token).where(stock_forms.c.token == token)).first():
        return False
    db.execute(insert(stock_forms).values(token=token, sent_at=clock.now()))
    return True
