"""What the search over everything finds of products: by how a SKU or alias begins, or part of a name."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from writer.db import begins_with
from writer.db.schema.products import product_aliases, products
from writer.lib.store_scope import StoreScope
from writer.lib.text import fold as key
from writer.stock.products.queries import available
from writer.web.search import Group, Hit

SHOWN = 6


def search_products(db: Connection, _: StoreScope, text: str) -> Group:
    """Return the products that `text` finds, those of this SKU first; everybody sees all products."""
    folded = key(text)
    rows = list(db.execute(select(products).where(_which(db, text, folded)).limit(1000)))
    exact = _ids_of(db, folded)
    rows.sort(key=lambda row: (row.id not in exact, not row.sku_key.startswith(folded), row.sku_key))
    hits = [_hit(row, row.id in exact) for row in rows[:SHOWN]]
    more = f"/stock?{urlencode({'q': text, 'view': 'all'})}" if len(rows) > SHOWN else None
    return Group("Products", "box-seam", hits, more)


def _hit(row: Row[Any], is_exact: bool) -> Hit:
    detail = row.name if row.is_active else " · ".join(part for part in (row.name, "inactive") if part)
    return Hit(row.sku, f"/stock/{row.id}", detail, sum=f"{available(row):,} available", is_exact=is_exact)


def _ids_of(db: Connection, folded: str) -> set[int]:
    by_alias = select(product_aliases.c.stock_product_id).where(product_aliases.c.sku_key == folded)
    by_sku = select(products.c.id).where(products.c.sku_key == folded)
    return set(db.execute(by_sku.union(by_alias)).scalars())


def _which(db: Connection, text: str, folded: str) -> ColumnElement[bool]:
    of_alias = select(product_aliases.c.stock_product_id).where(
        begins_with(db, product_aliases.c.sku_key, folded)
    )
    # SQLite knows the two cases of A to Z alone.
    spelled = {text} if text.isascii() else {text, text.lower(), text.capitalize()}
    named = [products.c.name.icontains(each, autoescape=True) for each in sorted(spelled)]
    return or_(begins_with(db, products.c.sku_key, folded), products.c.id.in_(of_alias), *named)
