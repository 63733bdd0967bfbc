"""Reads of the stock room: products by SKU, what is available, the movements behind a number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, union_all

from writer.errors import NotFound
from writer.one_line import folded as key
from writer.prepared import Prepared
from writer.schema.stock import movements, product_aliases, products

MAX_ID = 2**31 - 1
KINDS = ("sale", "refund", "cancellation", "receipt", "adjustment", "stock take", "drift")

_BY_KEY = Prepared(
    union_all(
        select(products.c.id, products.c.counted_from).where(products.c.sku_key == bindparam("key")),
        select(products.c.id, products.c.counted_from)
        .join(product_aliases, product_aliases.c.stock_product_id == products.c.id)
        .where(product_aliases.c.sku_key == bindparam("key")),
    )
)


@dataclass(frozen=True)
class Counted:
    """A product as orders need it: its id, and since when it is counted."""

    stock_product_id: int
    counted_from: datetime


_OF_LINE = Prepared(select(movements.c.id).where(movements.c.order_line_id == bindparam("of_line")).limit(1))


def find(db: Connection, sku: str) -> Row[Any] | None:
    """Return the product of this SKU, or of this SKU as an alias; None where there is none."""
    folded = key(sku)
    if not folded or not _is_storable(folded):
        return None
    found = db.execute(select(products).where(products.c.sku_key == folded)).first()
    if found is not None:
        return found
    by_alias = select(products).join(product_aliases, product_aliases.c.stock_product_id == products.c.id)
    return db.execute(by_alias.where(product_aliases.c.sku_key == folded)).first()


def _is_storable(text: str) -> bool:
    # A program can send what no database takes, and so what no product is called.
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def get(db: Connection, sku: str) -> Row[Any]:
    """Return the product of this SKU; raises NotFound."""
    found = find(db, sku)
    if found is None:
        raise NotFound("There is no product with this SKU.")
    return found


def get_by_id(db: Connection, stock_product_id: int) -> Row[Any]:
    """Return the product with this id; raises NotFound."""
    found = None
    if 0 < stock_product_id <= MAX_ID:
        found = db.execute(select(products).where(products.c.id == stock_product_id)).first()
    if found is None:
        raise NotFound("There is no such product.")
    return found


def find_many(db: Connection, skus: Iterable[str]) -> dict[str, Counted]:
    """Return the counted products among these SKUs, by folded SKU."""
    found = {}
    for folded in {key(sku) for sku in skus} - {""}:
        row = _BY_KEY.first(db, key=folded)
        if row is not None:
            found[folded] = Counted(row.id, row.counted_from)
    return found


def available(product: Row[Any]) -> int:
    """Return on hand less what is set aside; below 0 when oversold."""
    return int(product.on_hand - product.set_aside)


def lock_products(db: Connection, stock_product_ids: Iterable[int]) -> list[Row[Any]]:
    """Return these products by id; none of them changes until this transaction ends. Raises NotFound."""
    wanted = set(stock_product_ids)
    # By id, as every other transaction does it, so that none waits for another in a ring.
    found = select(products).where(products.c.id.in_(wanted)).order_by(products.c.id).with_for_update()
    rows = list(db.execute(found))
    if len(rows) < len(wanted):
        raise NotFound("There is no such product.")
    return rows


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


def has_moved(db: Connection, order_line_id: int) -> bool:
    """Tell whether units were ever moved for a line of an order."""
    return _OF_LINE.first(db, of_line=order_line_id) is not None


def list_low_untold(db: Connection) -> list[Row[Any]]:
    """Return products that fell to their reorder point and nobody was told of yet, by SKU; at most 500."""
    found = select(products).where(products.c.low_untold).order_by(products.c.sku_key)
    return list(db.execute(found.limit(500)))


def latest_takers(db: Connection, stock_product_id: int, most: int = 5) -> list[str]:
    """Return in words the newest sales of a product, newest first, each once: for an oversell notice."""
    rows = db.execute(
        select(movements.c.note, movements.c.actor)
        .where(movements.c.stock_product_id == stock_product_id, movements.c.kind == "sale")
        .order_by(movements.c.id.desc())
        .limit(most * 2)
    )
    return list(dict.fromkeys(row.note or f"a sale by {row.actor}" for row in rows))[:most]
