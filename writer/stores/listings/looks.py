"""When a listing is looked at again: its store hinted at a change, a person asks, once an hour anyway."""

from typing import Any

from sqlalchemy import Connection, func, select, update

from writer.db import Database, update_row
from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.stores.listings.actions import is_id


def product_changed(database: Database, store_id: int, payload: Any) -> None:
    """Let a listing be looked at soon where the product it is says another stock than it was told.

    A product's webhook is a hint and no more: most are echoes of our own pushes, and a sale's order comes by
    itself. It moves nothing.
    """
    number = payload.get("id") if isinstance(payload, dict) else None
    if not is_id(number):
        return  # no listing has such an id, and a database refuses it
    quantity = payload.get("stock_quantity")
    is_variation = payload.get("type") == "variation"
    column = listings.c.variation_id if is_variation else listings.c.product_id
    of_product = (column == number) if is_variation else (column == number) & (listings.c.variation_id == 0)
    query = select(listings.c.id, listings.c.confirmed_quantity, listings.c.needs_check).where(
        listings.c.store_id == store_id, of_product, listings.c.stock_product_id.is_not(None)
    )
    with database.reading() as db:
        row = db.execute(query).first()
    if row is None or row.needs_check or quantity is None or row.confirmed_quantity in (None, quantity):
        return
    with database.transaction() as db:
        update_row(db, listings, row.id, needs_check=True)


def look_at_all(db: Connection, store_id: int) -> None:
    """Let every mapped listing of a store be compared at the next push, as is done once an hour."""
    mapped = (listings.c.store_id == store_id) & listings.c.stock_product_id.is_not(None)
    db.execute(update(listings).where(mapped, ~listings.c.is_gone).values(needs_check=True))


def wait_no_longer(db: Connection, store_id: int) -> None:
    """Let what a store refused be tried again at the next push, and not only when its time comes."""
    waiting = (listings.c.store_id == store_id) & listings.c.retry_at.is_not(None)
    db.execute(update(listings).where(waiting).values(retry_at=None))


def look_again(db: Connection, listing_id: int) -> None:
    """Let a listing be pushed at the next run, whatever kept it: a retry by hand."""
    nothing_kept = {
        "is_gone": False,
        "problem": None,
        "retry_at": None,
        "write_count": 0,
        "first_write_at": None,
    }
    update_row(db, listings, listing_id, needs_check=True, **nothing_kept)


def leave(db: Connection, listing_id: int) -> None:
    """Let a listing be until its count changes."""
    version = select(products.c.version).where(products.c.id == listings.c.stock_product_id).scalar_subquery()
    done = {
        "handled_version": func.coalesce(version, listings.c.handled_version),
        "sending_quantity": None,
        "needs_check": False,
    }
    db.execute(update(listings).where(listings.c.id == listing_id).values(**done))
