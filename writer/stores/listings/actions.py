"""Listings: each product and variation a store has, and which product of the stock list it is.

A match is made once and then holds by product id: a SKU renamed in the store stays matched, and the new
SKU is offered as an alias. What the owner maps by hand is never changed by a refresh.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from writer import db as database
from writer import orders, stock
from writer.db import get_row, update_row
from writer.db.schema.listings import is_left_alone, listings
from writer.db.schema.orders import product_skus
from writer.db.schema.products import products
from writer.db.schema.stores import failures
from writer.lib.errors import Invalid, NotFound
from writer.people import Notice, audit, notices
from writer.stores import registry
from writer.stores.listings import conditions
from writer.stores.listings.states import load_state, save_state
from writer.stores.woocommerce import Shown, read_shown

Key = tuple[int, int]  # product id, variation id (0: none)
# Called when a listing became another product, or is left alone: what waits for a decision about it is over.
on_pointed: list[Callable[[Connection, int], None]] = []


@dataclass(frozen=True)
class Item:
    """A product or variation as a store just showed it."""

    product_id: int
    variation_id: int
    sku: str
    name: str
    shown: Shown

    @property
    def key(self) -> Key:
        return self.product_id, self.variation_id


@dataclass
class Taken:
    """How many items were taken over, how many of them are matched, how many newly, and how many are
    variations that their store counts with their parent."""

    items: int = 0
    matched: int = 0
    newly: int = 0
    by_parent: int = 0


def item(payload: dict[str, Any], parent: dict[str, Any] | None = None) -> Item | None:
    """Read a product, or with `parent` a variation, of the REST API v3; None where it is no listing.

    A variable product that manages no stock itself is none: its variations are. A variation without a SKU
    of its own shows its parent's; where the parent counts it too, the parent alone is the listing.
    """
    if not is_id(payload.get("id")) or (parent is not None and not is_id(parent.get("id"))):
        return None
    shown = read_shown(payload)
    sku = _text(payload.get("sku"), 200)
    if parent is None:
        if payload.get("type") == "variable" and shown.manage_stock != "yes":
            return None
        return Item(int(payload["id"]), 0, sku, _text(payload.get("name"), 200), shown)
    if stock.key(sku) == stock.key(_text(parent.get("sku"), 200)):
        if shown.manage_stock == "parent":
            return None
        sku = ""
    return Item(int(parent["id"]), int(payload["id"]), sku, _variation_name(payload, parent), shown)


def is_id(number: Any) -> bool:
    """Tell whether it is a number that a product or variation can have, and that the database holds."""
    return isinstance(number, int) and not isinstance(number, bool) and database.is_id(number)


def _variation_name(payload: dict[str, Any], parent: dict[str, Any]) -> str:
    attributes = payload.get("attributes")
    known = [found for found in attributes if isinstance(found, dict)] if isinstance(attributes, list) else []
    options = ", ".join(str(found["option"]) for found in known if found.get("option"))
    return _text(f"{parent.get('name') or ''}: {options or payload.get('name') or payload['id']}", 200)


def take(db: Connection, store_id: int, items: Sequence[Item], now: datetime) -> Taken:
    """Take over a page of a store's products: add what is new, match what is unmatched; return how many.

    An unmatched item is what the owner says it is, else the product of its SKU; a variation that its store
    counts with its parent is what the owner says alone. The order lines that waited for it are matched too.
    """
    if not items:
        return Taken()
    ids = {found.product_id for found in items}
    known = _known(db, store_id, ids)
    said = _said(db, store_id, ids)
    meant = {found.key: said.get(found.key, found.sku) for found in items}
    counted = stock.find_many(db, meant.values())
    result = Taken(items=len(items))
    added, changed = [], []
    newly: set[int] = set()
    for found in items:
        row = known.get(found.key)
        match = counted.get(stock.key(meant[found.key]))
        product = row.stock_product_id if row is not None else None
        is_by_parent = found.shown.manage_stock == "parent"
        if (
            product is None
            and match is not None
            and not is_by_parent
            and not (row is not None and row.is_left_alone)
        ):
            product = match.stock_product_id
            newly.add(found.product_id)
            result.newly += 1
            if found.key not in said:
                orders.say_product(db, store_id, *found.key, found.sku)
        result.matched += product is not None
        result.by_parent += product is None and is_by_parent
        columns = _columns(found, product, now)
        if row is None:
            key = {"product_id": found.product_id, "variation_id": found.variation_id}
            added.append({"store_id": store_id, **key, **columns})
        else:
            changed.append({"of": row.id, **columns})
    if added:
        db.execute(insert(listings), added)
    if changed:
        db.execute(update(listings).where(listings.c.id == bindparam("of")), changed)
    _welcome_back(db, [row.id for row in known.values() if row.is_gone])
    _begin_anew(db, [known[found.key].id for found in items if _counts_itself_again(found, known)])
    _relieve_variations(db, store_id, newly)
    orders.rematch_listed(db, store_id, newly, "listing matched")
    return result


def map_by_hand(db: Connection, actor: str, listing_id: int, sku: str) -> Row[Any]:
    """The listing is this product from now on, its orders follow; "": it is left alone. Return its row.

    Raises NotFound, and Invalid naming `sku` where the stock list has no such product.
    """
    before = get(db, listing_id)
    product = stock.find(db, sku) if sku.strip() else None
    if sku.strip() and product is None:
        raise Invalid(
            f"The stock list has no product {sku.strip()[:100]}.",
            {"sku": "The stock list has no product with this SKU."},
        )
    _point(db, [listing_id], product.id if product is not None else None, is_by_hand=True)
    if product is not None:
        key = (before.product_id, before.variation_id)
        orders.say_product(db, before.store_id, *key, product.sku)
        orders.rematch_product(db, before.store_id, *key, f"listing mapped by {actor}")
        _relieve_variations(db, before.store_id, [before.product_id])
    change = {"product": before.stock_product_id}, {"product": product.id if product is not None else None}
    audit.note(db, actor, "listing.map", f"listing {listing_id}", *change)
    return get(db, listing_id)


def forget_by_hand(db: Connection, actor: str, listing_id: int) -> Row[Any]:
    """The listing is matched by its SKU again, its orders follow; return its row. Raises NotFound."""
    before = get(db, listing_id)
    key = (before.product_id, before.variation_id)
    product = stock.find(db, before.sku) if before.sku and before.manage_stock != "parent" else None
    _point(db, [listing_id], product.id if product is not None else None, is_by_hand=False)
    if product is not None:
        orders.say_product(db, before.store_id, *key, before.sku)
    else:
        orders.unsay_product(db, before.store_id, *key)
    orders.rematch_product(db, before.store_id, *key, f"listing matched by its SKU again by {actor}")
    audit.note(
        db, actor, "listing.unmap", f"listing {listing_id}", {"product": before.stock_product_id}, None
    )
    return get(db, listing_id)


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
    _point(db, [row.id for row in found], product.id, is_by_hand=False)
    for row in found:
        orders.say_product(db, row.store_id, row.product_id, row.variation_id, row.sku)
        _relieve_variations(db, row.store_id, [row.product_id])
        orders.rematch_listed(db, row.store_id, {row.product_id}, "listing matched")


def _point(db: Connection, listing_ids: list[int], stock_product_id: int | None, is_by_hand: bool) -> None:
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


def _relieve_variations(db: Connection, store_id: int, parents: Iterable[int]) -> None:
    """What was wrong with variations that these parents count is over: the parents are pushed."""
    query = select(listings.c.id).where(listings.c.store_id == store_id, listings.c.product_id.in_(parents))
    stuck = query.where(conditions.is_by_parent, conditions.has_problem).order_by(listings.c.id)
    for listing_id in db.execute(stuck).scalars().all():
        state = load_state(db, listing_id)
        save_state(db, listing_id, state, state.left_to_parent())
        _end_trouble(db, listing_id)


def _known(db: Connection, store_id: int, ids: Iterable[int]) -> dict[Key, Any]:
    columns = (
        listings.c.id,
        listings.c.product_id,
        listings.c.variation_id,
        listings.c.stock_product_id,
        is_left_alone.label("is_left_alone"),
        listings.c.is_gone,
        listings.c.manage_stock,
    )
    query = select(*columns).where(listings.c.store_id == store_id, listings.c.product_id.in_(ids))
    return {(row.product_id, row.variation_id): row for row in db.execute(query).all()}


def _said(db: Connection, store_id: int, ids: Iterable[int]) -> dict[Key, str]:
    """Return what each product is said to be, by the owner or by an earlier match."""
    query = select(product_skus).where(
        product_skus.c.store_id == store_id, product_skus.c.product_id.in_(ids)
    )
    return {(row.product_id, row.variation_id): row.sku for row in db.execute(query)}


def _columns(found: Item, stock_product_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "sku": found.sku,
        "name": found.name,
        "stock_product_id": stock_product_id,
        "manage_stock": found.shown.manage_stock,
        "allows_backorders": found.shown.allows_backorders,
        "shown_quantity": found.shown.quantity if found.shown.manage_stock == "yes" else None,
        "shown_at": now,
        "listed_at": now,
    }


def _welcome_back(db: Connection, listing_ids: list[int]) -> None:
    """What was gone is there again: it is checked by the next push."""
    for listing_id in sorted(listing_ids):
        state = load_state(db, listing_id)
        save_state(db, listing_id, state, state.found_again())


def _counts_itself_again(found: Item, known: dict[Key, Any]) -> bool:
    row = known.get(found.key)
    return row is not None and row.manage_stock == "parent" and found.shown.manage_stock != "parent"


def _begin_anew(db: Connection, listing_ids: list[int]) -> None:
    """What was counted with its parent has a number of its own again, of which nothing is known."""
    for listing_id in sorted(listing_ids):
        state = load_state(db, listing_id)
        save_state(db, listing_id, state, state.reset())


def _text(value: Any, limit: int) -> str:
    text = value.replace("\0", "") if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode().strip()[:limit]
