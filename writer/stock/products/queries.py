"""Reads of products: by SKU or id, available units, the latest sales."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, union_all

from writer.db import Prepared, get_row
from writer.db.schema.movements import movements
from writer.db.schema.products import product_aliases, products
from writer.lib.errors import NotFound
from writer.lib.text import fold as key
from writer.lib.text import is_storable

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
    """A product as orders need it: its id and the time of its first count."""

    stock_product_id: int
    counted_from: datetime


def find(db: Connection, sku: str) -> Row[Any] | None:
    """Return the product with this SKU or alias, or None."""
    folded = key(sku)
    if not folded or not is_storable(folded):
        return None
    found = db.execute(select(products).where(products.c.sku_key == folded)).first()
    if found is not None:
        return found
    by_alias = select(products).join(product_aliases, product_aliases.c.stock_product_id == products.c.id)
    return db.execute(by_alias.where(product_aliases.c.sku_key == folded)).first()


def get(db: Connection, sku: str) -> Row[Any]:
    """Return the product with this SKU or alias; raises NotFound."""
    found = find(db, sku)
    if found is None:
        raise NotFound("There is no product with this SKU.")
    return found


def get_by_id(db: Connection, stock_product_id: int) -> Row[Any]:
    """Return the product with this id; raises NotFound."""
    return get_row(db, products, stock_product_id, "There is no such product.")


def find_many(db: Connection, skus: Iterable[str]) -> dict[str, Counted]:
    """Return the counted products among these SKUs, by folded SKU."""
    found = {}
    for folded in {key(sku) for sku in skus} - {""}:
        row = _BY_KEY.first(db, key=folded)
        if row is not None:
            found[folded] = Counted(row.id, row.counted_from)
    return found


def names_of(db: Connection, stock_product_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return (model, variant) that each product counts as by itself: what it is said to be, else its name."""
    wanted = set(stock_product_ids)
    if not wanted:
        return {}
    columns = (products.c.id, products.c.sku, products.c.name, products.c.model, products.c.variant)
    rows = db.execute(select(*columns).where(products.c.id.in_(wanted)))
    return {row.id: (row.model or row.name or row.sku, row.variant or "") for row in rows}


def list_skus(db: Connection, most: int = 1000) -> list[Row[Any]]:
    """Return (sku, name, on_hand) of the active products by SKU, for a form to suggest."""
    columns = (products.c.sku, products.c.name, products.c.on_hand)
    active = select(*columns).where(products.c.is_active).order_by(products.c.sku_key)
    return list(db.execute(active.limit(most)))


def available(product: Row[Any]) -> int:
    """Return on hand less the units set aside; below 0 if oversold."""
    return int(product.on_hand - product.set_aside)


def lock_products(db: Connection, stock_product_ids: Iterable[int]) -> list[Row[Any]]:
    """Lock these products until the transaction ends; return them by id. Raises NotFound."""
    wanted = set(stock_product_ids)
    # In the order of ids, like every other transaction, so that none deadlocks.
    found = select(products).where(products.c.id.in_(wanted)).order_by(products.c.id).with_for_update()
    rows = list(db.execute(found))
    if len(rows) < len(wanted):
        raise NotFound("There is no such product.")
    return rows


def list_low_untold(db: Connection) -> list[Row[Any]]:
    """Return products that fell to their reorder point and were in no message yet, by SKU; at most 500."""
    found = select(products).where(products.c.low_untold).order_by(products.c.sku_key)
    return list(db.execute(found.limit(500)))


def latest_takers(db: Connection, stock_product_id: int, most: int = 5) -> list[str]:
    """Describe the newest sales of a product, newest first, each once, for the notice of oversold stock."""
    rows = db.execute(
        select(movements.c.note, movements.c.actor)
        .where(movements.c.stock_product_id == stock_product_id, movements.c.kind == "sale")
        .order_by(movements.c.id.desc())
        .limit(most * 2)
    )
    return list(dict.fromkeys(row.note or f"a sale by {row.actor}" for row in rows))[:most]
