"""Decisions about what nothing here knew: rules, ignored SKUs, mappings, what products count as.

Each notes itself in `sortings` and returns the id: order lines follow (follow.py), and it can be taken back.
"""

from sqlalchemy import Connection, and_, select

from writer import stock
from writer.db import get_row
from writer.db.schema.orders import order_lines, orders, product_skus
from writer.lib.errors import Invalid, NotFound
from writer.lib.store_scope import StoreScope
from writer.orders.record import find_said, forget_product, say_product
from writer.orders.to_sort import queries, sortings
from writer.people import audit
from writer.sales import product_types

_LONGEST_SKU = 100
COUNTING = {None: "not chosen yet", "itself": "themselves", "types": "what their types say"}


def add_rule(db: Connection, actor: str, prefix: str, model: str, variant: str) -> int:
    """Count SKUs that begin with `prefix` as this type, also in existing orders. Raises as
    product_types.add_rule."""
    folded, model, variant = product_types.check_rule(db, prefix, model, variant)
    details = {"prefix": folded, "model": model, "variant": variant}
    sorting_id = sortings.begin(db, actor, "rule.add", folded, details)
    product_types.add_rule(db, actor, prefix, model, variant, sorting_id)
    return sorting_id


def count_as_itself(db: Connection, actor: str, sku: str, name: str) -> int:
    """Count SKUs that begin with `sku` under the product's own name, without a variant. Raises as
    product_types.add_rule."""
    folded, model = product_types.check_itself(db, sku, name)
    details = {"prefix": folded, "model": model, "variant": ""}
    sorting_id = sortings.begin(db, actor, "rule.add", folded, details)
    product_types.add_rule_itself(db, actor, sku, name, sorting_id)
    return sorting_id


def remove_rule(db: Connection, actor: str, rule_id: int) -> int:
    """Remove a rule; what it counted stays counted. Raises NotFound."""
    rule = product_types.remove_rule(db, actor, rule_id)
    return sortings.begin(db, actor, "rule.remove", rule["prefix"], rule)


def ignore_sku(db: Connection, actor: str, sku: str) -> int:
    """Ignore lines with this SKU: they count as nothing, and are not to be sorted. Raises Invalid."""
    folded = product_types.check_sku(sku)
    sorting_id = sortings.begin(db, actor, "sku.ignore", sku.strip(), {"sku": folded})
    product_types.ignore_sku(db, actor, folded)
    return sorting_id


def unignore_sku(db: Connection, actor: str, sku: str) -> int:
    """Sort or count lines with this SKU again. Raises NotFound if it was not ignored."""
    product_types.unignore_sku(db, actor, sku)
    folded = product_types.check_sku(sku)
    return sortings.begin(db, actor, "sku.unignore", folded, {"sku": folded})


def map_product(
    db: Connection,
    store_scope: StoreScope,
    actor: str,
    store_id: int,
    product_id: int,
    variation_id: int,
    sku: str,
) -> int:
    """Count lines of this product as `sku`, whatever SKU the store sends.

    A SKU on the ignore list makes the product ignored. Raises Invalid naming `sku` if nothing here knows it,
    NotFound if no line to sort has this product.
    """
    wanted = sku.strip()
    check_known(db, wanted)
    if product_id <= 0 or not queries.has_product(db, store_scope, store_id, product_id, variation_id):
        raise NotFound("No order line of this product is left to sort.")
    product = {"store_id": store_id, "product_id": product_id, "variation_id": variation_id}
    was = find_said(db, **product)
    before = None if was is None else {"sku": was.sku, "sorting_id": was.sorting_id}
    details = {**product, "sku": wanted, "before": before}
    name = _name_of(db, store_id, product_id, variation_id)
    sorting_id = sortings.begin(db, actor, "product.map", name, details, store_id)
    say_product(db, **product, sku=wanted, sorting_id=sorting_id)
    audit.note(
        db,
        actor,
        "product.map",
        _subject(**product),
        None if before is None else {"sku": before["sku"]},
        {"sku": wanted},
    )
    return sorting_id


def check_known(db: Connection, sku: str) -> None:
    """Raise Invalid naming `sku` unless a line with this SKU would count as something, or is ignored."""
    if not sku or len(sku) > _LONGEST_SKU or not sku.isprintable():
        raise Invalid(
            "The SKU cannot be used.", {"sku": f"Enter a SKU of at most {_LONGEST_SKU} characters."}
        )
    if not _is_known(db, sku):
        raise Invalid(
            f"No rule matches the SKU {sku}.",
            {"sku": "No rule matches this SKU, and it is not ignored: add a rule or ignore it first."},
        )


def unmap_product(db: Connection, store_scope: StoreScope, actor: str, mapping_id: int) -> int:
    """Remove a mapping, so that the store's own SKU decides again; what was counted stays counted. Raises
    NotFound."""
    mine = store_scope.of(product_skus.c.store_id)
    row = get_row(db, product_skus, mapping_id, "There is no such product here.", mine)
    product = {"store_id": row.store_id, "product_id": row.product_id, "variation_id": row.variation_id}
    before = {"sku": row.sku, "sorting_id": row.sorting_id}
    name = _name_of(db, **product)
    details = {**product, "sku": row.sku, "before": before}
    sorting_id = sortings.begin(db, actor, "product.unmap", name, details, row.store_id)
    forget_product(db, row.id)
    audit.note(db, actor, "product.unmap", _subject(**product), {"sku": row.sku}, None)
    return sorting_id


def choose_counting(db: Connection, actor: str, chosen: str) -> int:
    """Choose what products count as that no rule knows, for orders that are there too. Raises Invalid."""
    before = product_types.set_counting(db, actor, chosen)
    repeated = sortings.find_standing(db, "counting.choose", None, after=chosen) if before == chosen else None
    if repeated is not None:
        return repeated
    details = {"before": before, "after": chosen}
    return sortings.begin(db, actor, "counting.choose", COUNTING[chosen], details)


def _subject(store_id: int, product_id: int, variation_id: int) -> str:
    return f"store {store_id} product {product_id}" + (f" variation {variation_id}" if variation_id else "")


def _is_known(db: Connection, sku: str) -> bool:
    """Tell whether something here knows this SKU: a rule, the ignore list, or the stock list."""
    known = product_types.classify(db, sku) is not None or product_types.is_ignored(db, sku)
    return known or stock.find(db, sku) is not None


def _name_of(db: Connection, store_id: int, product_id: int, variation_id: int) -> str:
    """Return what a store calls a product, as its newest order line says; else its number there."""
    same = and_(order_lines.c.product_id == product_id, order_lines.c.variation_id == variation_id)
    lines = select(order_lines.c.name).join(orders, orders.c.id == order_lines.c.order_id)
    newest = lines.where(same, orders.c.store_id == store_id).order_by(order_lines.c.id.desc()).limit(1)
    return db.execute(newest).scalar() or f"product {product_id}"
