"""Which product of the stock list a listing is: said by hand, found by its SKU, or none."""

from collections.abc import Callable, Iterable
from collections.abc import Mapping as Said
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from writer import orders, stock
from writer.db import get_row, update_row
from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.db.schema.stores import failures
from writer.lib.errors import Invalid, NotFound
from writer.people import Notice, audit, notices
from writer.stores import registry
from writer.stores.listings import conditions
from writer.stores.listings.mapping import Mapping, mapping_of
from writer.stores.listings.states import load_state, save_state

# Called when a listing became another product, or is left alone: what waits for a decision about it is over.
on_pointed: list[Callable[[Connection, int], None]] = []


class Pointing(NamedTuple):
    """Which product a listing is (None: none of ours), and whether a person said so."""

    product: int | None
    is_by_hand: bool


def map_by_hand(db: Connection, actor: str, listing_id: int, sku: str, sorting_id: int | None = None) -> None:
    """The listing is this product from now on, its orders follow; "": it is left alone.

    `sorting_id` is the decision that order lines are to name as the reason, so that it can be taken back.
    Raises NotFound, and Invalid naming `sku` where the stock list has no such product.
    """
    row = get(db, listing_id)
    before = mapping_of(db, row)
    product = stock.find(db, sku) if sku.strip() else None
    if sku.strip() and product is None:
        raise Invalid(
            f"The stock list has no product {sku.strip()[:100]}.",
            {"sku": "The stock list has no product with this SKU."},
        )
    point(db, [listing_id], product.id if product is not None else None, is_by_hand=True)
    if product is not None:
        key = (row.product_id, row.variation_id)
        orders.say_product(db, row.store_id, *key, product.sku, sorting_id)
        orders.rematch_product(db, row.store_id, *key, f"listing mapped by {actor}")
        relieve_variations(db, row.store_id, [row.product_id])
    _note(db, actor, "listing.map", listing_id, before)


def forget_by_hand(db: Connection, actor: str, listing_id: int, sorting_id: int | None = None) -> None:
    """The listing is matched by its SKU again, its orders follow; `sorting_id` as map_by_hand. Raises
    NotFound."""
    row = get(db, listing_id)
    before = mapping_of(db, row)
    key = (row.product_id, row.variation_id)
    product = stock.find(db, row.sku) if row.sku and row.manage_stock != "parent" else None
    point(db, [listing_id], product.id if product is not None else None, is_by_hand=False)
    if product is not None:
        orders.say_product(db, row.store_id, *key, row.sku, sorting_id)
    else:
        orders.unsay_product(db, row.store_id, *key)
    orders.rematch_product(db, row.store_id, *key, f"listing matched by its SKU again by {actor}")
    _note(db, actor, "listing.unmap", listing_id, before)


def restore(
    db: Connection, actor: str, row: Row[Any], was: Pointing, said: Said[str, Any] | None, is_said: bool
) -> None:
    """Let a listing be what it was before a decision; what lines were matched by it is the caller's.

    `said` is what was said of its product before; `is_said`: the decision said something of it.
    """
    before, key = mapping_of(db, row), (row.store_id, row.product_id, row.variation_id)
    point(db, [row.id], was.product, is_by_hand=was.is_by_hand)
    if said is not None:
        orders.say_product(db, *key, said["sku"], said["sorting_id"])
    elif is_said:
        orders.unsay_product(db, *key)
    if was.product is not None:
        relieve_variations(db, row.store_id, [row.product_id])
        orders.rematch_product(db, *key, f"listing mapped as before by {actor}")
    _note(db, actor, "listing.restore", row.id, before)


def _note(db: Connection, actor: str, action: str, listing_id: int, before: Mapping) -> None:
    after = mapping_of(db, get(db, listing_id))
    audit.note(db, actor, action, f"listing {listing_id}", before.fields, after.fields)


def accept_sku(db: Connection, actor: str, listing_id: int) -> None:
    """The SKU the store gave a matched product becomes an alias of it. Raises NotFound, Conflict, Invalid."""
    row = get(db, listing_id)
    product = db.execute(select(products).where(products.c.id == row.stock_product_id)).first()
    if product is None:
        raise NotFound("This listing is no product of ours.")
    stock.add_alias(db, actor, product, row.sku)


def get(db: Connection, listing_id: int) -> Row[Any]:
    """Return a listing; raises NotFound."""
    return get_row(db, listings, listing_id, "There is no such listing.")


def match_sku(db: Connection, sku_key: str) -> None:
    """A SKU (folded) became a product, or an alias of one: listings that waited for it are that product."""
    waiting = conditions.is_unmatched & (listings.c.sku != "")
    query = select(
        listings.c.id, listings.c.store_id, listings.c.product_id, listings.c.variation_id, listings.c.sku
    )
    if sku_key.isascii():
        # The database folds ASCII as we do; for anything else every waiting listing is compared here.
        query = query.where(func.lower(func.trim(listings.c.sku)) == sku_key)
    found = [row for row in db.execute(query.where(waiting)) if stock.key(row.sku) == sku_key]
    product = stock.find(db, sku_key) if found else None
    if product is None:
        return
    point(db, [row.id for row in found], product.id, is_by_hand=False)
    for row in found:
        orders.say_product(db, row.store_id, row.product_id, row.variation_id, row.sku)
        relieve_variations(db, row.store_id, [row.product_id])
        orders.rematch_listed(db, row.store_id, {row.product_id}, "listing matched")


def point(db: Connection, listing_ids: list[int], stock_product_id: int | None, is_by_hand: bool) -> None:
    """Let listings be another product; what is known of the number their store shows means nothing then, and
    what went wrong with it is over."""
    values = {"stock_product_id": stock_product_id, "is_mapped_by_hand": is_by_hand}
    for listing_id in sorted(listing_ids):
        state = load_state(db, listing_id)
        update_row(db, listings, listing_id, **values)
        save_state(db, listing_id, state, state.reset())
        _end_trouble(db, listing_id)
        for settle in on_pointed:
            settle(db, listing_id)


def _end_trouble(db: Connection, listing_id: int) -> None:
    registry.end_failures(db, failures.c.listing_id == listing_id, "mapped")
    notices.close(db, Notice.LISTING_STUCK, listing_id=listing_id)


def relieve_variations(db: Connection, store_id: int, parents: Iterable[int]) -> None:
    """What was wrong with variations that these parents count is over: the parents are pushed."""
    query = select(listings.c.id).where(listings.c.store_id == store_id, listings.c.product_id.in_(parents))
    stuck = query.where(conditions.is_by_parent, conditions.has_problem).order_by(listings.c.id)
    for listing_id in db.execute(stuck).scalars().all():
        state = load_state(db, listing_id)
        save_state(db, listing_id, state, state.left_to_parent())
        _end_trouble(db, listing_id)
