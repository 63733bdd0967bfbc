"""What a SKU is: the type it counts as, and the product of the stock list that it takes its units from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, union

from writer import stock
from writer.db.schema.products import product_aliases, products
from writer.sales import product_types

SUGGESTED = 1000


@dataclass(frozen=True)
class Look:
    """What is known of a SKU."""

    pair: tuple[str, str] | None  # None: nothing here says what it counts as
    name: str = ""  # of its product
    available: int | None = None  # None: no product has it
    may_go_below: bool = False  # the product allows backorders
    why_not_taken: str | None = None  # why a sale then takes nothing out of stock


def look_up(db: Connection, sku: str, at: datetime) -> Look:
    """Return what is known of a SKU for a sale made at `at`."""
    product = stock.find(db, sku)
    pair = count_as(db, sku)
    if product is None:
        return Look(pair, why_not_taken=stock.why_not_taken(db, sku, at))
    available = int(product.on_hand - product.set_aside)
    why_not = stock.why_not_taken(db, sku, at)
    return Look(pair, product.name, available, bool(product.allows_backorders), why_not)


def count_as(db: Connection, sku: str | None) -> tuple[str, str] | None:
    """Return the (model, variant) that a sale of this SKU counts as if none is given.

    That is what its rule says, else itself where products count so; None if nothing says.
    """
    if not sku or not sku.strip():
        return None
    rule = product_types.classify(db, sku)
    counting = product_types.get_counting(db)
    if rule is not None or counting == "types":
        return rule
    product = stock.find(db, sku)
    if product is not None:
        return stock.names_of(db, [product.id])[product.id]
    return (sku.strip(), "") if counting == "itself" else None


def suggest(db: Connection) -> Sequence[tuple[str, str]]:
    """Return SKUs and aliases of the stock list with the product's name, as suggestions."""
    of_products = select(products.c.sku.label("sku"), products.c.name).where(products.c.is_active)
    of_aliases = select(product_aliases.c.sku_key.label("sku"), products.c.name).join(
        products, products.c.id == product_aliases.c.stock_product_id
    )
    found = union(of_products, of_aliases).subquery()
    query = select(found.c.sku, found.c.name).order_by(found.c.sku).limit(SUGGESTED)
    return [(row.sku, row.name) for row in db.execute(query)]
