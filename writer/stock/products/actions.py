"""Products: which SKUs are counted, under which names, with which settings."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete

from writer import db as database
from writer.db.schema.products import product_aliases, products
from writer.lib.errors import Conflict, NotFound
from writer.lib.text import fold
from writer.people import audit
from writer.stock.products import queries, settings
from writer.stock.products.counts import touch

# Who wants to know that a SKU became a counted product: rooms above this one, which it may not call.
on_product_added: list[Callable[[Connection, str], None]] = []


def add(db: Connection, actor: str, sku: str, counted_from: datetime, **given: Any) -> int:
    """Begin to count a SKU; return the id of its product. Its first count is the movements room's.

    `given` are settings by column. Orders made before `counted_from` move no stock. Raises Invalid naming the
    fields, or Conflict where the SKU, trimmed and case-folded, is a product already.
    """
    checked = settings.checked({"sku": sku, **given})
    database.lock(db, f"sku {fold(checked['sku'])}")
    if queries.find(db, checked["sku"]) is not None:
        raise Conflict("A product with this SKU is there already.", {"sku": "It is there already."})
    values = {**checked, "sku_key": fold(checked["sku"]), "counted_from": counted_from}
    stock_product_id = database.insert_row(db, products, **values)
    audit.note(db, actor, "product.add", f"product {stock_product_id}", None, checked)
    _tell(db, values["sku_key"])
    return stock_product_id


def change_product(db: Connection, actor: str, product: Row[Any], **given: Any) -> Row[Any]:
    """Change a product's SKU or settings; the old SKU stays as an alias. Return the row as it is then.

    Values it has already change nothing, and leave no trace. Raises Invalid naming the fields, Conflict.
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
    """Make room for the new SKU and keep the old one as an alias."""
    taken = queries.find(db, sku)
    if taken is not None and taken.id != product.id:
        raise Conflict("Another product has this SKU.", {"sku": "Another product has it."})
    db.execute(delete(product_aliases).where(product_aliases.c.sku_key == fold(sku)))
    _keep_alias(db, actor, product, product.sku)


def add_alias(db: Connection, actor: str, product: Row[Any], sku: str) -> None:
    """Let another SKU mean this product too. Raises Invalid, and Conflict where it means one already."""
    checked = settings.checked({"sku": sku})
    if queries.find(db, checked["sku"]) is not None:
        raise Conflict("This SKU means a product already.", {"sku": "It means a product already."})
    _keep_alias(db, actor, product, checked["sku"])
    _tell(db, fold(checked["sku"]))


def _keep_alias(db: Connection, actor: str, product: Row[Any], sku: str) -> None:
    folded = fold(sku)
    database.upsert(db, product_aliases, {"sku_key": folded, "stock_product_id": product.id}, ["sku_key"])
    audit.note(db, actor, "product.alias", f"product {product.id}", None, {"alias": folded})


def remove_alias(db: Connection, actor: str, product: Row[Any], alias: str) -> None:
    """The alias (folded) no longer means this product; what was counted by it stays. Raises NotFound."""
    same = (product_aliases.c.sku_key == alias) & (product_aliases.c.stock_product_id == product.id)
    if db.execute(delete(product_aliases).where(same)).rowcount == 0:
        raise NotFound("This product has no such alias.")
    audit.note(db, actor, "product.alias", f"product {product.id}", {"alias": alias}, None)


def _tell(db: Connection, sku_key: str) -> None:
    for tell in on_product_added:
        tell(db, sku_key)
