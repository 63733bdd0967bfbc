"""What a person decides about a listing: which product it is, that it is left alone, or that its SKU says it.

Each is noted beside the decisions of the inbox of what is to be sorted, and can be taken back there too.
"""

from typing import Any

from sqlalchemy import Connection, Row

from writer import orders, stock
from writer.db import lock
from writer.lib.errors import Conflict, Invalid
from writer.orders import to_sort
from writer.stores.listings import actions
from writer.stores.listings.mapping import mapping_of


def decide(db: Connection, actor: str, row: Row[Any], do: str, sku: str = "") -> to_sort.Settled:
    """Let a listing be the product `sku` (`do` "map"), be left alone ("leave"), or be matched by the SKU that
    its store writes ("sku"). Raises Invalid naming `sku` where the stock list has no such product.
    """
    lock(db, f"listing {row.id}")
    row = actions.get(db, row.id)
    name = row.name or row.sku or f"product {row.product_id}"
    product = stock.find(db, sku) if do == "map" and sku.strip() else None
    if do == "map" and product is None:
        missing = f"The stock list has no product {sku.strip()[:100]}." if sku.strip() else "Enter a SKU."
        raise Invalid(missing, {"sku": "Enter a SKU of the stock list."})
    done = f"counts as {product.sku}" if product is not None else "is left alone"
    repeated = _find_repeated(db, row, do, product)
    if repeated is not None:
        return to_sort.Settled(f"{name} {done}.", repeated)
    said = orders.find_said(db, row.store_id, row.product_id, row.variation_id)
    details = {
        "listing_id": row.id,
        "sku": product.sku if product is not None else "",
        "said": None if said is None else {"sku": said.sku, "sorting_id": said.sorting_id},
        "product": row.stock_product_id,
        "is_by_hand": bool(row.is_mapped_by_hand),
        "is_by_hand_then": do != "sku",
    }
    sorting_id = to_sort.begin(db, actor, f"listing.{do}", name, details, row.store_id)
    if do == "sku":
        actions.forget_by_hand(db, actor, row.id, sorting_id)
        return to_sort.Settled(f"{name} is matched by its SKU again.", sorting_id)
    actions.map_by_hand(db, actor, row.id, details["sku"], sorting_id)
    return to_sort.Settled(f"{name} {done}.", sorting_id)


def _find_repeated(db: Connection, row: Row[Any], do: str, product: Row[Any] | None) -> int | None:
    """Return the decision that a form sent twice made the first time; None where this changes something."""
    now = mapping_of(db, row)
    wanted = (product.id, product.sku) if product is not None else (None, now.said)
    if do == "sku" or not now.is_by_hand or (now.product, now.said) != wanted:
        return None
    return to_sort.find_standing(db, f"listing.{do}", row.store_id, listing_id=row.id)


def _take_back(db: Connection, actor: str, decided: to_sort.Decided) -> None:
    """Let the listing be what it was before, and its orders follow.

    Raises NotFound, and Conflict where it was changed again since.
    """
    details = decided.details
    row = actions.get(db, details["listing_id"])
    key = (row.store_id, row.product_id, row.variation_id)
    said = orders.find_said(db, *key)
    is_ours = said is not None and said.sorting_id == decided.id
    now = mapping_of(db, row)
    is_another = not is_ours if now.product is not None else bool(details["sku"])
    if is_another or now.is_by_hand != details["is_by_hand_then"]:
        raise Conflict(f"{row.name or 'This listing'} was mapped again since.")
    before = actions.Pointing(details["product"], details["is_by_hand"])
    actions.restore(db, actor, row, before, to_sort.still_said(db, details["said"]), is_ours)


KINDS = {
    "listing.map": to_sort.Kind(
        "mapped {subject} to {sku}", "listing mapped", _take_back, undo_steps=(to_sort.reopen,)
    ),
    "listing.leave": to_sort.Kind("left {subject} alone", "listing left alone", _take_back),
    "listing.sku": to_sort.Kind(
        "let the SKU of {subject} say what it is",
        "listing matched by its SKU",
        _take_back,
        undo_steps=(to_sort.reopen,),
    ),
}
