"""Reads of the stock room: products by SKU, what is available, the movements behind a number."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from writer.errors import NotFound
from writer.schema.stock import movements, product_aliases, products


@dataclass(frozen=True)
class Counted:
    """A product as orders need it: its id, and since when it is counted."""

    stock_product_id: int
    counted_from: datetime


def key(sku: str) -> str:
    """Return a SKU as it is compared: NFC, trimmed, case-folded. "X-01 " is "x-01", "X-010" is not."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", sku).strip().casefold())


def find(db: Connection, sku: str) -> Row[Any] | None:
    """Return the product of this SKU, or of this SKU as an alias; None where there is none."""
    folded = key(sku)
    if not folded:
        return None
    found = db.execute(select(products).where(products.c.sku_key == folded)).first()
    if found is not None:
        return found
    by_alias = select(products).join(product_aliases, product_aliases.c.stock_product_id == products.c.id)
    return db.execute(by_alias.where(product_aliases.c.sku_key == folded)).first()


def get(db: Connection, sku: str) -> Row[Any]:
    """Return the product of this SKU; raises NotFound."""
    found = find(db, sku)
    if found is None:
        raise NotFound("There is no product with this SKU.")
    return found


def find_many(db: Connection, skus: Iterable[str]) -> dict[str, Counted]:
    """Return the counted products among these SKUs, by folded SKU."""
    keys = {key(sku) for sku in skus} - {""}
    if not keys:
        return {}
    own = select(products.c.sku_key, products.c.id, products.c.counted_from)
    alias = select(product_aliases.c.sku_key, products.c.id, products.c.counted_from).join(
        products, products.c.id == product_aliases.c.stock_product_id
    )
    rows = db.execute(
        own.where(products.c.sku_key.in_(keys)).union_all(alias.where(product_aliases.c.sku_key.in_(keys)))
    )
    return {row.sku_key: Counted(row.id, row.counted_from) for row in rows}


def available(product: Row[Any]) -> int:
    """Return on hand less what is set aside; below 0 when oversold."""
    return int(product.on_hand - product.set_aside)


def on_hand_at(db: Connection, stock_product_id: int, at: datetime) -> int:
    """Return the sum of a product's movements that happened at `at` or before."""
    total = select(func.coalesce(func.sum(movements.c.quantity), 0)).where(
        movements.c.stock_product_id == stock_product_id, movements.c.at <= at
    )
    return int(db.execute(total).scalar_one())


def latest_takers(db: Connection, stock_product_id: int, most: int = 5) -> list[str]:
    """Return in words the newest sales of a product, newest first, each once: for an oversell notice."""
    rows = db.execute(
        select(movements.c.note, movements.c.actor)
        .where(movements.c.stock_product_id == stock_product_id, movements.c.kind == "sale")
        .order_by(movements.c.id.desc())
        .limit(most * 2)
    )
    return list(dict.fromkeys(row.note or f"a sale by {row.actor}" for row in rows))[:most]
