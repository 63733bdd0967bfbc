"""When a listing is checked again: its store hinted at a change, a person asks, once an hour anyway."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from writer.db import Database
from writer.db.schema.listings import listings
from writer.db.schema.products import products
from writer.stores.listings.items import is_id
from writer.stores.listings.states import load_state, save_state, state_columns, state_of


def product_changed(database: Database, store_id: int, payload: Any) -> None:
    """Let a listing be checked soon where the product it is says another stock than the confirmed one.

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
    query = select(listings.c.id, *state_columns).where(
        listings.c.store_id == store_id, of_product, listings.c.stock_product_id.is_not(None)
    )
    with database.reading() as db:
        row = db.execute(query).first()
    state = state_of(row) if row is not None else None
    if row is None or state is None or state.needs_check or quantity is None or not state.is_news(quantity):
        return
    with database.transaction() as db:
        save_state(db, row.id, state, state.check_again())


def list_unchecked(db: Connection, store_id: int) -> list[int]:
    """Return the ids of a store's mapped listings that the next push would not compare."""
    mapped = (listings.c.store_id == store_id) & listings.c.stock_product_id.is_not(None)
    waiting = select(listings.c.id).where(mapped, ~listings.c.is_gone, ~listings.c.needs_check)
    return list(db.execute(waiting).scalars())


def check(db: Connection, listing_ids: Sequence[int]) -> None:
    """Let listings be compared at the next push."""
    db.execute(update(listings).where(listings.c.id.in_(listing_ids)).values(needs_check=True))


def check_all(db: Connection, store_id: int) -> None:
    """Let every mapped listing of a store be compared at the next push, as is done once an hour."""
    mapped = (listings.c.store_id == store_id) & listings.c.stock_product_id.is_not(None)
    db.execute(update(listings).where(mapped, ~listings.c.is_gone).values(needs_check=True))


def retry_refused(db: Connection, store_id: int) -> None:
    """Let what a store refused be sent again at the next push, and not only when its time comes."""
    waiting = (listings.c.store_id == store_id) & listings.c.retry_at.is_not(None)
    db.execute(update(listings).where(waiting).values(retry_at=None))


def retry(db: Connection, listing_id: int) -> None:
    """Let a listing be pushed at the next run, whatever kept it. Raises NotFound."""
    state = load_state(db, listing_id)
    save_state(db, listing_id, state, state.retry())


def give_up(db: Connection, listing_id: int) -> None:
    """Leave a listing alone until its count changes. Raises NotFound."""
    state = load_state(db, listing_id)
    newest = select(products.c.version).join(listings, listings.c.stock_product_id == products.c.id)
    version = db.execute(newest.where(listings.c.id == listing_id)).scalar()
    save_state(db, listing_id, state, state.given_up(version or state.handled_version))
