"""Actions on products: add one, change its settings, add and remove aliases."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete

from writer import db as database
from writer.db.schema.products import product_aliases, products
from writer.lib.errors import Conflict, NotFound
from writer.lib.text import fold, is_storable
from writer.people import audit
from writer.stock.products import queries, settings
from writer.stock.products.counts import touch

# A hook: later areas that need to know that a SKU became a counted product.
on_product_added: list[Callable[[Connection, str], None]] = []


def add(db: Connection, actor: str, sku: str, counted_from: datetime, **given: Any) -> int:
    """Add a product; return its id. `movements` records its first count.

    `given` are settings by column. Orders made before `counted_from` move no stock. Raises Invalid naming the
    fields, or Conflict if the SKU, trimmed and case-folded, is a product already.
    """
    checked = settings.checked({"sku": sku, **given})
    database.lock(db, f"sku {fold(checked['sku'])}")
    if queries.find(db, checked["sku"]) is not None:
        raise Conflict("There is already a product with this SKU.", {"sku": "There is one already."})
    values = {**checked, "sku_key": fold(checked["sku"]), "counted_from": counted_from}
    stock_product_id = database.insert_row(db, products, **values)
    audit.note(db, actor, "product.add", f"product {stock_product_id}", None, checked)
    _tell(db, values["sku_key"])
    return stock_product_id


def change_product(db: Connection, actor: str, product: Row[Any], **given: Any) -> Row[Any]:
    """Change a product's SKU or settings; the old SKU stays as an alias. Return the new row.

    Equal values change nothing and write no audit row. Raises Invalid naming the fields, Conflict.
    """
    checked = settings.checked(given)
    changed = {name: value for name, value in checked.items() if getattr(product, name) != value}
    if not changed:
        return product
    before = {name: getattr(product, name) for name in changed}
    columns = dict(changed)
    if "sku" in changed:
        columns["sku_key"] = fold(changed["sku"])
        if columns["sku_key"] != product.sku_key:
            _rename(db, actor, product, changed["sku"])
    after = touch(db, product.id, **columns)
    audit.note(db, actor, "product.change", f"product {product.id}", before, changed)
    if after.sku_key != product.sku_key:
        _tell(db, after.sku_key)
    return after


def _rename(db: Connection, actor: str, product: Row[Any], sku: str) -> None:
    """Free the new SKU and keep the old one as an alias."""
    taken = queries.find(db, sku)
    if taken is not None and taken.id != product.id:
        raise Conflict("Another product has this SKU.", {"sku": "Another product has it."})
    db.execute(delete(product_aliases).where(product_aliases.c.sku_key == fold(sku)))
    _keep_alias(db, actor, product, product.sku)


def add_alias(db: Connection, actor: str, product: Row[Any], sku: str) -> None:
    """Add an alias to a product. Raises Invalid, and Conflict if the SKU is in use."""
    checked = settings.checked({"sku": sku})
    if queries.find(db, checked["sku"]) is not None:
        raise Conflict("This SKU belongs to a product already.", {"sku": "It is in use already."})
    _keep_alias(db, actor, product, checked["sku"])
    _tell(db, fold(checked["sku"]))


def _keep_alias(db: Connection, actor: str, product: Row[Any], sku: str) -> None:
    folded = fold(sku)
    database.upsert(db, product_aliases, {"sku_key": folded, "stock_product_id": product.id}, ["sku_key"])
    audit.note(db, actor, "product.alias", f"product {product.id}", None, {"alias": folded})


def remove_alias(db: Connection, actor: str, product: Row[Any], alias: str) -> None:
    """Remove an alias (folded) of a product; what was counted by it stays. Raises NotFound."""
    same = (product_aliases.c.sku_key == alias) & (product_aliases.c.stock_product_id == product.id)
    if not is_storable(alias) or db.execute(delete(product_aliases).where(same)).rowcount == 0:
        raise NotFound("This product has no such alias.")
    audit.note(db, actor, "product.alias", f"product {product.id}", {"alias": alias}, None)


def _tell(db: Connection, sku_key: str) -> None:
    for tell in on_product_added:
        tell(db, sku_key)
