"""The source of products of the stock list that count as nothing in the totals: no rule knows their SKU."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import Connection, Row, select

from writer.db.schema.products import products
from writer.lib.store_scope import StoreScope
from writer.orders.to_sort import actions
from writer.orders.to_sort.source_lines import count_sku, foresee
from writer.orders.to_sort.sources import Choice, Entry, Settled, Source
from writer.sales import product_types

_CHOICES = (Choice("map", "Count", "type"), Choice("ignore", "Ignore"))


def count(db: Connection, store_scope: StoreScope) -> int:
    """Count the products whose sales would count as nothing; 0 where each product counts as itself."""
    return len(_list_keys(db, store_scope))


def list_entries(db: Connection, store_scope: StoreScope, limit: int, offset: int) -> list[Entry]:
    """Return a page of them by SKU."""
    keys = _list_keys(db, store_scope)[offset : offset + limit]
    rows = db.execute(select(products).where(products.c.sku_key.in_(keys)).order_by(products.c.sku_key))
    return [_entry(row) for row in rows]


def _list_keys(db: Connection, store_scope: StoreScope) -> Sequence[str]:
    # Products are of no store, so who sees only some stores has no say in what they are.
    if product_types.get_counting(db) != "types" or not store_scope.is_all:
        return []
    keys = list(
        db.execute(
            select(products.c.sku_key).where(products.c.is_active).order_by(products.c.sku_key)
        ).scalars()
    )
    known = {*product_types.list_classified(db, keys), *(row.sku for row in product_types.list_ignored(db))}
    return [key for key in keys if key not in known]


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        fields={"source": "products", "sku": row.sku},
        name=row.name or row.sku,
        sku=row.sku,
        where="Stock list",
        choices=_CHOICES,
        seen=f"{row.on_hand:,} on hand",
        since=row.counted_from,
        links=((row.sku, url_for("levels.show", stock_product_id=row.id)),),
        itself=row.name or row.sku,
    )


def settle(db: Connection, store_scope: StoreScope, actor: str, sent: Mapping[str, str]) -> Settled:
    """Count the SKU as a type or as itself, or ignore it."""
    sku = sent.get("sku", "").strip()
    if sent.get("do") == "ignore":
        return Settled(f"{sku} is ignored.", actions.ignore_sku(db, actor, sku))
    return count_sku(db, actor, sku, sent)


SOURCE = Source("products", "SKUs without a type", count, list_entries, settle, foresee)
