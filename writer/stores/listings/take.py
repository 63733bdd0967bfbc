"""Taking over what a store lists: new listings are added, and those that match nothing yet are matched.

A match is made once and then holds by product id: a SKU renamed in the store stays matched, and the new
SKU is offered as an alias. What the owner maps by hand is never changed by it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from writer import orders, stock
from writer.db.schema.listings import is_left_alone, listings
from writer.db.schema.orders import product_skus
from writer.stores.listings.actions import relieve_variations
from writer.stores.listings.items import Item, Key
from writer.stores.listings.states import load_state, save_state


@dataclass
class Taken:
    """How many items were taken over, how many of them are matched, how many newly, and how many are
    variations that their store counts with their parent."""

    items: int = 0
    matched: int = 0
    newly: int = 0
    by_parent: int = 0


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
    relieve_variations(db, store_id, newly)
    orders.rematch_listed(db, store_id, newly, "listing matched")
    return result


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
