"""What each store lists of our products, and whether it shows the newest count: for the pages of stock."""

from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.db.schema.stores import stores
from writer.lib.store_scope import StoreScope
from writer.stock import StoreListing
from writer.stores import listing_conditions, state_columns, state_of
from writer.sync import differences

_OF_LISTING = ("store_id", "product_id", "variation_id", "stock_product_id", "shown_quantity", "shown_at")


def list_by_product(
    db: Connection, store_scope: StoreScope, stock_product_ids: list[int]
) -> dict[int, list[StoreListing]]:
    """Return the listings of these products in stores that are seen, by the product's id.

    A variation that its store counts with its parent shows no number of its own, so it is left out.
    """
    query = (
        select(
            *[listings.c[name] for name in _OF_LISTING],
            *state_columns,
            stores.c.name.label("store_name"),
            stores.c.push_state,
            (stores.c.is_active & products.c.is_active).label("is_active"),
            products.c.version.label("count_version"),
            differences.is_undecided.label("is_undecided"),
        )
        .join(stores, stores.c.id == listings.c.store_id)
        .join(products, products.c.id == listings.c.stock_product_id)
        .where(listings.c.stock_product_id.in_(stock_product_ids), store_scope.of(listings.c.store_id))
        .where(~listing_conditions.is_by_parent)
        .order_by(func.lower(stores.c.name), stores.c.id, listings.c.product_id, listings.c.variation_id)
    )
    found: dict[int, list[StoreListing]] = {}
    for row in db.execute(query):
        found.setdefault(row.stock_product_id, []).append(_listing(row))
    return found


def find_listed(store_scope: StoreScope, store_id: int | None) -> Select[tuple[int]]:
    """Return a query of the ids of products that stores that are seen list, or this one of them."""
    listed = select(listings.c.stock_product_id).where(
        listings.c.stock_product_id.is_not(None),
        store_scope.of(listings.c.store_id),
        ~listing_conditions.is_gone,
    )
    return listed if store_id is None else listed.where(listings.c.store_id == store_id)


def _listing(row: Row[*tuple[Any, ...]]) -> StoreListing:
    state = state_of(row)
    return StoreListing(
        store_id=row.store_id,
        store_name=row.store_name,
        product_id=row.product_id,
        variation_id=row.variation_id,
        shown=row.shown_quantity,
        shown_at=row.shown_at,
        sent=state.confirmed_quantity,
        sent_at=state.written_at,
        is_pushed=bool(row.is_active) and row.push_state == "on",
        is_current=not state.is_pending(row.count_version),
        is_undecided=bool(row.is_undecided),
        is_gone=state.is_gone,
        problem=state.problem,
    )
