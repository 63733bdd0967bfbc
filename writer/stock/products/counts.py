"""The cached count and version of a product, and the notices of low and oversold stock."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, bindparam, update

from writer.db import update_row
from writer.db.schema.products import products
from writer.lib.errors import Conflict, Invalid
from writer.people import Notice, notices
from writer.stock.products import queries

LARGEST_COUNT = 1_000_000_000

# Built once, because every unit sold passes here.
_MOVE = (
    update(products)
    .where(products.c.id == bindparam("moved_id"))
    .values(on_hand=products.c.on_hand + bindparam("moved"), version=products.c.version + 1)
    .returning(products)
)


class NotEnoughStock(Conflict):
    """Fewer units are available than requested."""

    code = "not_enough_stock"


def move(db: Connection, stock_product_id: int, quantity: int, refuse_oversell: bool = False) -> Row[Any]:
    """Add `quantity` (below 0: take) to a product's count and raise its version; return its new row.

    Only `movements` calls this: it records the reason and then calls `watch`. Raises Invalid if the count
    would be too large and, with `refuse_oversell`, NotEnoughStock if fewer than 0 would be available and the
    product allows no backorders.
    """
    after = db.execute(_MOVE, {"moved_id": stock_product_id, "moved": quantity}).one()
    if abs(after.on_hand) > LARGEST_COUNT:
        raise Invalid("The count would be too large.", {"quantity": "The count would be too large."})
    before = queries.available(after) - quantity
    if refuse_oversell and quantity < 0 and _is_oversold(after):
        sentence = f"Only {max(0, before)} of {after.sku} are available."
        raise NotEnoughStock(sentence, {"quantity": sentence})
    return after


def watch(db: Connection, after: Row[Any], quantity: int) -> None:
    """Open or close the notices of a product after `quantity` units were moved and recorded."""
    if _is_oversold(after) or queries.available(after) < quantity:
        _watch_oversold(db, after)
    _watch_low(db, after)


def touch(db: Connection, stock_product_id: int, **changes: Any) -> Row[Any]:
    """Change a product's settings and raise its version, so that every store is compared again."""
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
        notices.close(db, Notice.OVERSOLD, product_id=product.id)
        return
    takers = " and ".join(queries.latest_takers(db, product.id)) or "what was set aside"
    sentence = f"{product.sku} is oversold by {-queries.available(product)}"
    full, plain = f"{sentence}: {takers}.", f"{sentence}."
    notices.open_(db, Notice.OVERSOLD, full, plain=plain, product_id=product.id)


def _watch_low(db: Connection, product: Row[Any]) -> None:
    """Open the notice of low stock once each time the reorder point is reached, or close it."""
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
        notices.open_(db, Notice.LOW_STOCK, sentence, plain=sentence, product_id=product.id)
    else:
        notices.close(db, Notice.LOW_STOCK, product_id=product.id)


def note_low_told(db: Connection, stock_product_ids: Iterable[int]) -> None:
    """Store that the owner got a message about these products; the next is sent when they are low again."""
    told = products.c.id.in_(list(stock_product_ids))
    db.execute(update(products).where(told).values(low_untold=False))
