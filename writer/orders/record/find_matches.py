"""Reading what an order's lines can be matched to: the store's listings first, then SKUs."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Integer, Text, bindparam, cast, null, select, text

from writer import stock
from writer.db import Prepared
from writer.db.schema.listings import LEFT_ALONE, is_left_alone, listings
from writer.db.schema.orders import product_skus
from writer.db.schema.products import products
from writer.lib.text import fold
from writer.orders.record import matching
from writer.orders.record.before import CountedProduct, Key, Listed, Matches
from writer.orders.record.rows import Line
from writer.sales import product_types

# In one statement, because every new order has it: the listing of a product or variation, that of its parent,
# and what the owner says it is.
_OF_PRODUCT = Prepared(
    select(
        cast(null(), Text).label("said"),
        cast(null(), Integer).label("said_by"),
        listings.c.variation_id,
        listings.c.sku,
        listings.c.manage_stock,
        is_left_alone.label("is_left_alone"),
        listings.c.stock_product_id,
        products.c.counted_from,
    )
    .select_from(listings.outerjoin(products, products.c.id == listings.c.stock_product_id))
    .where(
        listings.c.store_id == bindparam("of_store"),
        listings.c.product_id == bindparam("product"),
        listings.c.variation_id.in_((bindparam("variation"), 0)),
    )
    .union_all(
        select(
            product_skus.c.sku,
            product_skus.c.sorting_id,
            product_skus.c.variation_id,
            null(),
            null(),
            null(),
            null(),
            null(),
        ).where(
            product_skus.c.store_id == bindparam("of_store"),
            product_skus.c.product_id == bindparam("product"),
            product_skus.c.variation_id.in_((bindparam("variation"), 0)),
        )
    )
)
_LEFT_ALONE = select(listings.c.sku).where(text(LEFT_ALONE))  # as its index is written


def find_matches(
    db: Connection, store_id: int, lines: Iterable[Line], supposed: Mapping[Key, str] | None = None
) -> Matches:
    """Return what those of the lines that wait for it can be matched to.

    `supposed` are SKUs that products are taken to have, whatever is said of them: a look at what if.
    """
    waiting = [line for line in lines if matching.is_waiting(line)]
    said: dict[Key, str] = {}
    said_by: dict[Key, int] = {}
    listed: dict[Key, Listed] = {}
    for product_id, variation_id in {(line.product_id, line.variation_id) for line in waiting}:
        if product_id:
            _find_listed(db, store_id, (product_id, variation_id), said, said_by, listed)
    said |= supposed or {}
    uncounted = [line for line in waiting if line.stock_product_id is None]
    is_nameless = any(not line.product_id and line.sku_key for line in uncounted)
    matches = Matches(
        said, listed, said_by, left_alone=_list_left_alone(db, store_id) if is_nameless else frozenset()
    )
    unclassified = {matching.sku_of(line, said) for line in waiting if line.model is None}
    rules = {sku: product_types.find_rule(db, sku) for sku in sorted(unclassified) if sku.strip()}
    known = {sku: rule for sku, rule in rules.items() if rule is not None}
    by_sku = [matching.sku_of(line, said) for line in uncounted if not matching.is_decided(line, matches)]
    counted = stock.find_many(db, by_sku)
    matches = matches._replace(
        types={sku: (rule.model, rule.variant) for sku, rule in known.items()},
        rule_by={sku: rule.sorting_id for sku, rule in known.items() if rule.sorting_id is not None},
        counted={
            sku_key: CountedProduct(found.stock_product_id, found.counted_from)
            for sku_key, found in counted.items()
        },
    )
    return _with_names(db, waiting, matches) if unclassified - known.keys() else matches


def _with_names(db: Connection, waiting: Iterable[Line], matches: Matches) -> Matches:
    """Add what counts as itself of lines that no rule knows, if anything does here."""
    counting = product_types.get_counting(db)
    if counting == "types":
        return matches
    products_of = {line.stock_product_id for line in waiting if line.stock_product_id is not None}
    products_of |= {found.product.stock_product_id for found in matches.listed.values() if found.product}
    products_of |= {found.stock_product_id for found in matches.counted.values()}
    skus = {fold(matching.sku_of(line, matches.said)) for line in waiting if line.model is None}
    return matches._replace(
        itself="all" if counting == "itself" else "products",
        names=stock.names_of(db, products_of),
        ignored=frozenset(sku for sku in sorted(skus - {""}) if product_types.is_ignored(db, sku)),
    )


def _find_listed(
    db: Connection,
    store_id: int,
    key: Key,
    said: dict[Key, str],
    said_by: dict[Key, int],
    listed: dict[Key, Listed],
) -> None:
    product_id, variation_id = key
    for row in _OF_PRODUCT.all(db, of_store=store_id, product=product_id, variation=variation_id):
        of = product_id, row.variation_id
        if row.said is not None:
            said[of] = row.said
            if row.said_by is not None:
                said_by[of] = row.said_by
            continue
        is_matched = row.stock_product_id is not None
        listed[of] = Listed(
            sku=row.sku,
            manage_stock=row.manage_stock,
            is_left_alone=row.is_left_alone,
            product=CountedProduct(row.stock_product_id, row.counted_from) if is_matched else None,
        )


def _list_left_alone(db: Connection, store_id: int) -> frozenset[str]:
    """Return the folded SKUs of what the owner leaves alone, for lines that name their product by SKU."""
    skus = db.execute(_LEFT_ALONE.where(listings.c.store_id == store_id, listings.c.sku != "")).scalars()
    return frozenset(fold(sku) for sku in skus)
