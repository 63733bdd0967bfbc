"""The source of listings that are no product here yet, for the inbox of what is to be sorted."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, select

from writer import stock
from writer.db.schema.listings import listings
from writer.db.schema.stores import stores
from writer.lib.errors import Invalid, NotFound
from writer.lib.store_scope import StoreScope
from writer.orders import to_sort
from writer.stores.listings import actions, decisions
from writer.stores.listings.conditions import is_unmatched

_CHOICES = (to_sort.Choice("product", "Map", "sku"), to_sort.Choice("leave", "Leave alone"))


def count(db: Connection, store_scope: StoreScope) -> int:
    """Count the listings that are no product here, are not left alone, and are still in their store."""
    query = select(func.count()).select_from(listings).where(is_unmatched, ~listings.c.is_gone)
    return int(db.execute(query.where(store_scope.of(listings.c.store_id))).scalar_one())


def list_entries(db: Connection, store_scope: StoreScope, limit: int, offset: int) -> list[to_sort.Entry]:
    """Return a page of them, by store and product."""
    query = (
        select(listings, stores.c.name.label("store_name"))
        .join(stores, stores.c.id == listings.c.store_id)
        .where(is_unmatched, ~listings.c.is_gone, store_scope.of(listings.c.store_id))
        .order_by(stores.c.name, listings.c.store_id, listings.c.product_id, listings.c.variation_id)
    )
    return [_entry(row) for row in db.execute(query.limit(limit).offset(offset))]


def _entry(row: Row[Any]) -> to_sort.Entry:
    number = f"product {row.product_id}" + (f", variation {row.variation_id}" if row.variation_id else "")
    shown = "" if row.shown_quantity is None else f"shows {row.shown_quantity:,}"
    return to_sort.Entry(
        fields={"source": "listings", "listing_id": str(row.id)},
        name=row.name or number,
        sku=row.sku,
        where=f"{row.store_name} \N{MIDDLE DOT} {number}",
        choices=_CHOICES,
        seen=shown,
        since=row.listed_at,
        hint="Its stock is not kept: say which product of the stock list it is, or leave it alone.",
    )


def settle(db: Connection, store_scope: StoreScope, actor: str, sent: Mapping[str, str]) -> to_sort.Settled:
    """Let a listing be a product of the stock list, or leave it alone."""
    row = _get(db, store_scope, _id(sent))
    if sent.get("do") not in ("product", "leave"):
        raise Invalid("Choose what to do.")
    do = "map" if sent["do"] == "product" else "leave"
    return decisions.decide(db, actor, row, do, sent.get("same_as", ""))


def foresee(db: Connection, store_scope: StoreScope, sent: Mapping[str, str]) -> to_sort.Foreseen:
    """Say what mapping the listing would do."""
    row = _get(db, store_scope, _id(sent))
    sku = sent.get("same_as", "").strip()
    if sent.get("do") != "product":
        return to_sort.Foreseen(f"Leave {row.name or 'this listing'} alone?", to_sort.Preview())
    product = stock.find(db, sku)
    if product is None:
        raise Invalid("Enter a SKU.", {"sku": "Enter a SKU of the stock list."})
    found = to_sort.preview_product(db, row.store_id, row.product_id, row.variation_id, product.sku)
    return to_sort.Foreseen(f"Map {row.name or 'this listing'} to {product.sku}?", found)


def _id(sent: Mapping[str, str]) -> int:
    text = sent.get("listing_id", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else 0


def _get(db: Connection, store_scope: StoreScope, listing_id: int) -> Row[Any]:
    row = actions.get(db, listing_id)
    if not store_scope.sees(row.store_id):
        raise NotFound("There is no such listing.")
    return row


SOURCE = to_sort.Source(
    "listings", "Listings without a product", count, list_entries, settle, foresee, decisions.KINDS
)
