"""The PushState of listings in their rows: read with a query's columns, written where a verb changed it."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db import update_row
from writer.db.schema.listings import listings
from writer.lib import clock
from writer.lib.errors import NotFound
from writer.stores.listings.push_state import PushState
from writer.stores.woocommerce import Shown

_NAMES = [field.name for field in fields(PushState)]
# What a query selects beside its own columns, so that `state_of` can read its rows.
state_columns = [listings.c[name] for name in _NAMES]


def state_of(row: Row[*tuple[Any, ...]]) -> PushState:
    """Return the state in a row of a query that has `state_columns`."""
    return PushState(**{name: row._mapping[name] for name in _NAMES})


def load_state(db: Connection, listing_id: int) -> PushState:
    """Return the state of a listing, which stays so until the transaction ends. Raises NotFound."""
    query = select(*state_columns).where(listings.c.id == listing_id).with_for_update(key_share=True)
    row = db.execute(query).first()
    if row is None:
        raise NotFound("There is no such listing.")
    return state_of(row)


def load_states(db: Connection, products: Mapping[int, int]) -> dict[int, PushState]:
    """Return the states of these listings, by id, but of those that are another product by now than given.

    They stay as they are until the transaction ends.
    """
    query = select(listings.c.id, listings.c.stock_product_id, *state_columns)
    query = query.where(listings.c.id.in_(products)).order_by(listings.c.id).with_for_update(key_share=True)
    rows = db.execute(query).all()
    return {row.id: state_of(row) for row in rows if row.stock_product_id == products[row.id]}


def save_state(
    db: Connection, listing_id: int, before: PushState, after: PushState, shown: Shown | None = None
) -> None:
    """Write what a verb changed of a listing's state, and with it what its store `shown` just now."""
    was = asdict(before)
    changed = {name: value for name, value in asdict(after).items() if value != was[name]}
    if shown is not None:
        changed |= {
            "shown_quantity": shown.quantity,
            "shown_at": clock.now(),
            "manage_stock": shown.manage_stock,
            "allows_backorders": shown.allows_backorders,
        }
        if shown.modified_at is not None:
            changed["shown_modified_at"] = shown.modified_at
    if changed:
        update_row(db, listings, listing_id, **changed)
