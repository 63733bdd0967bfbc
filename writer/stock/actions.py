"""What people do with stock: add a product, receive, adjust, take stock, change settings."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from writer import audit, clock
from writer import db as database
from writer.errors import Conflict, Invalid
from writer.schema.stock import product_aliases, products
from writer.stock import queries
from writer.stock.record import Movement, record, touch

# Who wants to know that a SKU became a counted product: rooms above this one, which it may not call.
on_product_added: list[Callable[[Connection, str], None]] = []

_LIMITS = {"sku": 100, "name": 200, "model": 50, "variant": 50}
_NUMBERS = {"lead_time_days": 3650, "reorder_point": 1_000_000, "set_aside": 1_000_000}
_FLAGS = ("allows_backorders", "is_active")


def add_product(db: Connection, actor: str, sku: str, on_hand: int = 0, **settings: Any) -> Row[Any]:
    """Begin to count a SKU, with `on_hand` units as the first count; return its row.

    Orders made before now are part of that count: they move no stock. Raises Invalid naming the field, or
    Conflict where the SKU, trimmed and case-folded, is a product already.
    """
    checked = _checked({"sku": sku, **settings})
    if queries.find(db, checked["sku"]) is not None:
        raise Conflict("A product with this SKU is there already.", {"sku": "It is there already."})
    now = clock.now()
    values = {**checked, "sku_key": queries.key(checked["sku"]), "counted_from": now}
    stock_product_id = database.insert_row(db, products, **values)
    audit.note(db, actor, "product.add", f"product {stock_product_id}", None, checked)
    for tell in on_product_added:
        tell(db, values["sku_key"])
    if on_hand:
        count(db, actor, [(stock_product_id, on_hand)], now, "first count")
    return db.execute(select(products).where(products.c.id == stock_product_id)).one()


def change_product(db: Connection, actor: str, product: Row[Any], **settings: Any) -> Row[Any]:
    """Change a product's SKU or settings; the old SKU stays as an alias. Raises Invalid, Conflict."""
    checked = _checked(settings)
    before = {name: getattr(product, name) for name in checked}
    if "sku" in checked:
        checked["sku_key"] = queries.key(checked["sku"])
        if checked["sku_key"] != product.sku_key:
            add_alias(db, actor, product, product.sku, may_be_own=True)
            taken = queries.find(db, checked["sku"])
            if taken is not None and taken.id != product.id:
                raise Conflict("Another product has this SKU.", {"sku": "Another product has it."})
            db.execute(delete(product_aliases).where(product_aliases.c.sku_key == checked["sku_key"]))
    after = touch(db, product.id, **checked)
    audit.note(db, actor, "product.change", f"product {product.id}", before, checked)
    return after


def add_alias(db: Connection, actor: str, product: Row[Any], sku: str, may_be_own: bool = False) -> None:
    """Let another SKU mean this product too. Raises Conflict where it means one already."""
    folded = queries.key(sku)
    known = queries.find(db, sku)
    if known is not None and not (may_be_own and known.id == product.id):
        raise Conflict("This SKU is a product already.", {"sku": "It is a product already."})
    database.upsert(db, product_aliases, {"sku_key": folded, "stock_product_id": product.id}, ["sku_key"])
    audit.note(db, actor, "product.alias", f"product {product.id}", None, {"alias": folded})
    for tell in on_product_added:
        tell(db, folded)


def receive(db: Connection, actor: str, product: Row[Any], quantity: int, note: str = "") -> None:
    """Add units that came in."""
    if quantity < 1:
        raise Invalid("The quantity cannot be used.", {"quantity": "Receive at least 1 unit."})
    _move(db, actor, product, quantity, "receipt", note)


def adjust(db: Connection, actor: str, product: Row[Any], quantity: int, note: str) -> None:
    """Add or take units for a reason told in `note` (broken, given away, found)."""
    if not note.strip():
        raise Invalid("Say why.", {"note": "Say why: broken, given away, found."})
    _move(db, actor, product, quantity, "adjustment", note)


def count(
    db: Connection, actor: str, counted: Sequence[tuple[int, int]], at: datetime, note: str = ""
) -> int:
    """Take stock: `counted` is (product id, units found) as of `at`; return how many counts were off.

    What happened after `at` stays: "14 at 10:05" with a sale of 10:20 ends at 13. Raises Invalid where a
    count is below 0 or `at` is still to come.
    """
    if at > clock.now():
        raise Invalid("The time is still to come.", {"at": "Say when it was counted."})
    moved = []
    for stock_product_id, units in counted:
        if not 0 <= units <= 1_000_000:
            raise Invalid("A count cannot be used.", {"count": "Use 0 to 1,000,000 units."})
        database.lock(db, f"stock {stock_product_id}")
        change = units - queries.on_hand_at(db, stock_product_id, at)
        if change:
            moved.append(Movement(stock_product_id, change, "stock take", at, actor, note))
    record(db, moved)
    return len(moved)


def sell_by_hand(
    db: Connection, actor: str, sku: str | None, quantity: int, sale_id: int, at: datetime, may_oversell: bool
) -> None:
    """Take `quantity` units (negative: put back) for a sale entered by hand; nothing where no SKU is counted.

    Raises NotEnoughStock unless `may_oversell`.
    """
    product = queries.find(db, sku) if sku else None
    if product is None or quantity == 0:
        return
    kind = "sale" if quantity > 0 else "cancellation"
    moved = Movement(product.id, -quantity, kind, at, actor, f"sale {sale_id} by hand", sale_id=sale_id)
    record(db, [moved], refuse_oversell=not may_oversell)


def _move(db: Connection, actor: str, product: Row[Any], quantity: int, kind: str, note: str) -> None:
    if len(note) > 500:
        raise Invalid("The note is too long.", {"note": "Use at most 500 characters."})
    record(db, [Movement(product.id, quantity, kind, clock.now(), actor, note.strip())])


def _checked(settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings as they are stored; raises Invalid naming the first that cannot be used."""
    checked: dict[str, Any] = {}
    for name, value in settings.items():
        if name in _LIMITS:
            checked[name] = _text(name, value)
        elif name in _NUMBERS:
            checked[name] = _number(name, value)
        elif name in _FLAGS:
            checked[name] = bool(value)
        else:
            raise Invalid("There is no such setting.", {name: "There is no such setting."})
    return checked


def _text(name: str, value: Any) -> str | None:
    text = str(value or "").replace("\0", "").strip()
    if name == "sku" and not queries.key(text):
        raise Invalid("A product needs a SKU.", {"sku": "Give a SKU."})
    if len(text) > _LIMITS[name]:
        raise Invalid("A text is too long.", {name: f"Use at most {_LIMITS[name]} characters."})
    return text or (None if name in ("model", "variant") else "")


def _number(name: str, value: Any) -> int | None:
    if value is None and name != "set_aside":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _NUMBERS[name]:
        raise Invalid("A number cannot be used.", {name: f"Use a whole number from 0 to {_NUMBERS[name]:,}."})
    return value
