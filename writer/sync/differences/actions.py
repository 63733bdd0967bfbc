"""What is done about drift: noted by the store's policy, answered by its owner. Finding it is the push's."""

from typing import Any

from sqlalchemy import Connection, select

from writer import db as database
from writer import stock
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.lib.errors import Conflict, NotFound
from writer.people import Notice, audit, notices
from writer.stores import get as get_store
from writer.stores import save_listing


def note(
    db: Connection,
    store_id: int,
    *,
    listing_id: int,
    stock_product_id: int,
    sku: str,
    version: int,
    shown: int,
    by: int,
) -> bool:
    """Record drift by the store's policy; return whether our number is to be written now.

    The store shows so many units `shown` of our product `sku`, whose count is of `version`, and nothing
    explains `by` of them.
    """
    store = get_store(db, store_id)
    action = {"enforce": "enforced", "adopt": "adopted", "ask": "asked"}[store.difference_policy]
    if action == "adopted" and abs(by) > stock.LARGEST_MOVE:
        action = "asked"  # no number that anybody counted
    drift_id = database.insert_row(
        db,
        stock_differences,
        listing_id=listing_id,
        at=clock.now(),
        expected_quantity=shown - by,
        shown_quantity=shown,
        policy=store.difference_policy,
        action=action,
        decided_at=None if action == "asked" else clock.now(),
        decided_by=None if action == "asked" else "policy",
    )
    # What is shown there counts as told, with all that its own orders did to it: this is drift but once.
    told = {
        "confirmed_quantity": shown,
        "handled_version": version,
        "confirmed_at": clock.now(),
        "sending_quantity": None,
    }
    save_listing(db, listing_id, unexplained_by=None, unexplained_at=None, **told)
    if action == "adopted":
        _adopt(db, f"drift in {store.name}", store, listing_id, stock_product_id, by, shown)
    if action == "asked":
        sentence = (
            f"{store.name} shows {shown} of {sku} where {shown - by} was expected."
            " Decide on the store's page: write our number there, or take theirs over."
        )
        notices.open_(
            db, Notice.DIFFERENCE, sentence, store_id=store_id, listing_id=listing_id, drift_id=drift_id
        )
    return action == "enforced"


def answer(db: Connection, actor: str, drift_id: int, adopt: bool) -> None:
    """Settle a drift the owner was asked about: take theirs over, or write ours.

    Raises NotFound, or Conflict where it is settled already or theirs means another product by now.
    """
    of_listing = (listings.c.stock_product_id, listings.c.confirmed_quantity)
    query = select(stock_differences, *of_listing, stores.c.id.label("of_store"), stores.c.name)
    query = query.join(listings, listings.c.id == stock_differences.c.listing_id)
    query = query.join(stores, stores.c.id == listings.c.store_id)
    row = db.execute(query.where(stock_differences.c.id == drift_id)).first()
    if row is None:
        raise NotFound("There is no such drift.")
    if row.decided_at is not None:
        raise Conflict("This drift is settled already.")
    if adopt and abs(row.shown_quantity - row.expected_quantity) > stock.LARGEST_MOVE:
        raise Conflict("Theirs is no number that can be counted: only ours can be written there.")
    if adopt and row.confirmed_quantity is None:
        raise Conflict("The listing became another product since: only our number can be written there.")
    done = {"decided_at": clock.now(), "decided_by": actor, "action": "adopted" if adopt else "enforced"}
    database.update_row(db, stock_differences, drift_id, **done)
    if adopt:
        change = row.shown_quantity - row.expected_quantity
        _adopt(db, actor, row, row.listing_id, row.stock_product_id, change, row.shown_quantity)
        _settle_siblings(db, actor, row, done)
    else:
        # What is shown there counts as told, so that the next push writes our number over it.
        values = {"confirmed_quantity": row.shown_quantity, "needs_check": True}
        save_listing(db, row.listing_id, **values)
    notices.close(db, Notice.DIFFERENCE, actor, listing_id=row.listing_id)
    audit.note(
        db,
        actor,
        f"drift.{done['action']}",
        f"listing {row.listing_id}",
        None,
        {"by": row.shown_quantity - row.expected_quantity},
    )


def _settle_siblings(db: Connection, actor: str, row: Any, done: dict[str, Any]) -> None:
    """Settle the same change in the store's other listings of the product: one count is taken over once."""
    query = select(stock_differences.c.id, stock_differences.c.listing_id, stock_differences.c.shown_quantity)
    query = query.join(listings, listings.c.id == stock_differences.c.listing_id)
    same = (listings.c.store_id == row.of_store) & (listings.c.stock_product_id == row.stock_product_id)
    is_open = stock_differences.c.decided_at.is_(None) & (
        stock_differences.c.shown_quantity - stock_differences.c.expected_quantity
        == row.shown_quantity - row.expected_quantity
    )
    for other in db.execute(query.where(same, is_open)).all():
        database.update_row(db, stock_differences, other.id, **done)
        told = {"confirmed_quantity": other.shown_quantity, "needs_check": True}
        save_listing(db, other.listing_id, **told)
        notices.close(db, Notice.DIFFERENCE, actor, listing_id=other.listing_id)


def _adopt(
    db: Connection, actor: str, store: Any, listing_id: int, stock_product_id: int, by: int, shown: int
) -> None:
    note = f"{store.name} showed {shown}"
    moved = stock.Movement(stock_product_id, by, "drift", clock.now(), actor, note, store_id=_store_id(store))
    stock.record(db, [moved])
    save_listing(db, listing_id, confirmed_quantity=shown)


def _store_id(store: Any) -> int:
    found: int = store.of_store if hasattr(store, "of_store") else store.id
    return found
