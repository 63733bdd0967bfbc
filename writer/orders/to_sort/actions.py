"""Actions that add and remove SKU rules and mappings; order lines that already exist are counted too."""

from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db import get_row
from writer.db.schema.orders import product_skus
from writer.lib.errors import Invalid, NotFound
from writer.lib.store_scope import StoreScope
from writer.orders.record import forget_product, rematch, rematch_product, say_product
from writer.orders.to_sort import queries
from writer.people import audit
from writer.sales import product_types

_LONGEST_SKU = 100


def add_rule(db: Connection, actor: str, prefix: str, model: str, variant: str) -> int:
    """Count SKUs that begin with `prefix` as this type, also in existing orders; return how many lines match
    now. Raises as product_types.add_rule."""
    product_types.add_rule(db, actor, prefix, model, variant)
    return rematch(db, f"rule {prefix.strip()} added by {actor}")


def map_product(
    db: Connection,
    store_scope: StoreScope,
    actor: str,
    store_id: int,
    product_id: int,
    variation_id: int,
    sku: str,
) -> int:
    """Count lines of this product as `sku`, whatever SKU the store sends; return how many lines match now.

    A SKU on the ignore list makes the product ignored. Raises Invalid naming `sku` if neither a rule nor the
    ignore list has it, NotFound if no line to sort has this product.
    """
    wanted = sku.strip()
    if not wanted or len(wanted) > _LONGEST_SKU or not wanted.isprintable():
        raise Invalid(
            "The SKU cannot be used.", {"sku": f"Enter a SKU of at most {_LONGEST_SKU} characters."}
        )
    if product_types.classify(db, wanted) is None and not product_types.is_ignored(db, wanted):
        raise Invalid(
            f"No rule matches the SKU {wanted}.",
            {"sku": "No rule matches this SKU, and it is not ignored: add a rule or ignore it first."},
        )
    if product_id <= 0 or not queries.has_product(db, store_scope, store_id, product_id, variation_id):
        raise NotFound("No order line of this product is left to sort.")
    product = {"store_id": store_id, "product_id": product_id, "variation_id": variation_id}
    before = _mapping(db, **product)
    say_product(db, **product, sku=wanted)
    audit.note(db, actor, "product.map", _subject(**product), before, {"sku": wanted})
    return rematch_product(db, **product, cause=f"product {product_id} mapped by {actor}")


def unmap_product(db: Connection, store_scope: StoreScope, actor: str, mapping_id: int) -> Row[Any]:
    """Remove a mapping, so that the store's own SKU decides again; what was counted stays counted. Return the
    removed mapping. Raises NotFound."""
    mine = store_scope.of(product_skus.c.store_id)
    row = get_row(db, product_skus, mapping_id, "There is no such product here.", mine)
    forget_product(db, row.id)
    subject = _subject(row.store_id, row.product_id, row.variation_id)
    audit.note(db, actor, "product.unmap", subject, {"sku": row.sku}, None)
    return row


def _mapping(db: Connection, store_id: int, product_id: int, variation_id: int) -> dict[str, Any] | None:
    row = db.execute(
        select(product_skus.c.sku).where(
            product_skus.c.store_id == store_id,
            product_skus.c.product_id == product_id,
            product_skus.c.variation_id == variation_id,
        )
    ).first()
    return {"sku": row.sku} if row else None


def _subject(store_id: int, product_id: int, variation_id: int) -> str:
    return f"store {store_id} product {product_id}" + (f" variation {variation_id}" if variation_id else "")
