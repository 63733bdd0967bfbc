"""The one way the count changes: movements are added, never edited; the cached sum moves with them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, update

from writer import audit, clock
from writer.db import update_row
from writer.errors import Conflict, Invalid
from writer.schema.stock import movements, products
from writer.stock import queries

LARGEST_MOVE = 1_000_000
LARGEST_COUNT = 1_000_000_000

# Built once: every unit sold anywhere passes here.
_MOVE = (
    update(products)
    .where(products.c.id == bindparam("moved_id"))
    .values(on_hand=products.c.on_hand + bindparam("moved"), version=products.c.version + 1)
    .returning(products)
)


class NotEnoughStock(Conflict):
    """Fewer units are available than were asked for."""

    code = "not_enough_stock"


@dataclass(frozen=True)
class Movement:
    """Units that came (`quantity` > 0) or went (< 0), why, when it happened and what caused it."""

    stock_product_id: int
    quantity: int
    kind: str  # 'sale', 'refund', 'cancellation', 'receipt', 'adjustment', 'stock take', 'drift'
    at: datetime
    actor: str
    note: str = ""
    order_line_id: int | None = None  # None: no order caused it
    sale_id: int | None = None  # None: no sale entered by hand caused it
    store_id: int | None = None  # None: no store caused it


def record(db: Connection, moved: Iterable[Movement], refuse_oversell: bool = False) -> None:
    """Add movements: on hand follows, the version rises, notices of low or oversold stock open and close.

    On hand may fall below 0, for what is sold is sold; with `refuse_oversell` NotEnoughStock is raised
    instead where fewer than 0 would be available and the product takes no backorders. Raises Invalid for
    a movement of 0 or of more than a million units.
    """
    # In the order of ids, so that two transactions that move the same products never wait for each other.
    for movement in sorted(moved, key=lambda found: found.stock_product_id):
        if not 0 < abs(movement.quantity) <= LARGEST_MOVE:
            raise Invalid("The quantity cannot be used.", {"quantity": "Use 1 to 1,000,000 units."})
        after = _add(db, movement)
        if abs(after.on_hand) > LARGEST_COUNT:
            raise Invalid("The count would be too large.", {"quantity": "The count would be too large."})
        before = queries.available(after) - movement.quantity
        if refuse_oversell and movement.quantity < 0 and _is_oversold(after):
            sentence = f"Only {max(0, before)} of {after.sku} are available."
            raise NotEnoughStock(sentence, {"quantity": sentence})
        if _is_oversold(after) or before < 0:
            _watch_oversold(db, after)
        _watch_low(db, after)


def touch(db: Connection, stock_product_id: int, **changes: Any) -> Row[Any]:
    """Change a product's settings; its version rises, so that every store is looked at again."""
    changed = (
        update(products)
        .where(products.c.id == stock_product_id)
        .values(version=products.c.version + 1, **changes)
        .returning(products)
    )
    row = db.execute(changed).one()
    _watch_oversold(db, row)
    _watch_low(db, row)
    return row


def _is_oversold(product: Row[Any]) -> bool:
    return queries.available(product) < 0 and not product.allows_backorders


def _watch_oversold(db: Connection, product: Row[Any]) -> None:
    """Open the notice of an oversold product, or close it."""
    if not _is_oversold(product):
        audit.close_notice(db, "oversold", f"product {product.id}")
        return
    takers = " and ".join(queries.latest_takers(db, product.id)) or "what was set aside"
    sentence = f"{product.sku} is oversold by {-queries.available(product)}"
    link = f"/stock/{product.id}"
    audit.raise_notice(
        db, "oversold", f"product {product.id}", f"{sentence}: {takers}.", link, plain=f"{sentence}."
    )


def _watch_low(db: Connection, product: Row[Any]) -> None:
    """Open the notice of low stock once per crossing, or close it."""
    is_low = (
        bool(product.is_active)
        and product.reorder_point is not None
        and product.on_hand <= product.reorder_point
    )
    if is_low == bool(product.is_low):
        return
    update_row(db, products, product.id, is_low=is_low, low_untold=is_low)
    if is_low:
        sentence = f"{product.sku} is low: {product.on_hand} on hand, reorder point {product.reorder_point}."
        link = f"/stock/{product.id}"
        audit.raise_notice(db, "low stock", f"product {product.id}", sentence, link, plain=sentence)
    else:
        audit.close_notice(db, "low stock", f"product {product.id}")


def note_low_told(db: Connection, stock_product_ids: Iterable[int]) -> None:
    """The owner was told that these products are low: they are told of again when they are low anew."""
    told = products.c.id.in_(list(stock_product_ids))
    db.execute(update(products).where(told).values(low_untold=False))


def _add(db: Connection, movement: Movement) -> Row[Any]:
    after = db.execute(_MOVE, {"moved_id": movement.stock_product_id, "moved": movement.quantity}).one()
    row = asdict(movement) | {
        "recorded_at": clock.now(),
        "on_hand_after": after.on_hand,
        "version": after.version,
    }
    db.execute(insert(movements), row)
    return after
