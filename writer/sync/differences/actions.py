"""What is done about a difference: recorded by the store's policy, decided by its owner."""

import contextlib
from typing import Any

from sqlalchemy import Connection, Row, select, update

from writer import db as database
from writer import stock
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.lib.errors import Conflict, NotFound
from writer.people import Notice, audit, notices
from writer.stores import get as get_store
from writer.stores import load_state, save_state, state_columns, state_of

_ACTIONS = {"enforce": "enforced", "adopt": "adopted", "ask": "asked"}


def record(
    db: Connection,
    store_id: int,
    *,
    listing_id: int,
    stock_product_id: int,
    sku: str,
    count_version: int,
    shown: int,
    by: int,
) -> bool:
    """Record a difference by the store's policy; return whether our number is to be written now.

    The store shows so many units `shown` of our product `sku`, whose count is of `count_version`, and nothing
    explains `by` of them.
    """
    store = get_store(db, store_id)
    action = _ACTIONS[store.difference_policy]
    if action == "adopted" and abs(by) > stock.LARGEST_MOVE:
        action = "asked"  # no number that anybody counted
    difference_id = database.insert_row(
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
    # Known from now on, with all that its own orders did to it: this is one difference and not two.
    state = load_state(db, listing_id)
    save_state(db, listing_id, state, state.accepted(shown, count_version, clock.now()))
    if action == "adopted":
        _adopt(db, f"drift in {store.name}", store_id, store.name, stock_product_id, by, shown)
    if action == "asked":
        sentence = (
            f"{store.name} shows {shown} of {sku} where {shown - by} was expected."
            " Decide on the store's page: write our number there, or take theirs over."
        )
        notices.open_(
            db, Notice.DIFFERENCE, sentence, store_id=store_id, listing_id=listing_id, drift_id=difference_id
        )
    return action == "enforced"


def decide(db: Connection, actor: str, difference_id: int, adopt: bool) -> None:
    """Decide a difference that the owner was asked about: take the store's number over, or write ours.

    Raises NotFound, or Conflict where it is decided already or the listing is another product by now.
    """
    row = _lock(db, difference_id)
    change = row.shown_quantity - row.expected_quantity
    _check(row, change, adopt)
    done = {"decided_at": clock.now(), "decided_by": actor, "action": "adopted" if adopt else "enforced"}
    if adopt:
        _adopt(db, actor, row.of_store, row.name, row.stock_product_id, change, row.shown_quantity)
        for same in _find_same(db, row, change):
            _close(db, actor, same, done)
    else:
        _close(db, actor, row, done)
    audit.note(db, actor, f"drift.{done['action']}", f"listing {row.listing_id}", None, {"by": change})


def take_back(db: Connection, actor: str, difference_id: int) -> None:
    """Let the count be what it was before a store's number was taken over; ours is written there instead.

    Raises NotFound, and Conflict where theirs was not taken over, the listing is another product by now, or
    the product was counted since.
    """
    row = _lock(db, difference_id)
    if row.decided_at is None or row.action != "adopted":
        raise Conflict("Their number was not taken over, so there is nothing to take back.")
    if not state_of(row).known_quantities:
        raise Conflict("The listing became another product since, so that cannot be taken back.")
    if stock.is_counted_since(db, row.stock_product_id, row.decided_at):
        raise Conflict("The product was counted since: the count says what is there. Count it again instead.")
    change = row.shown_quantity - row.expected_quantity
    note = f"taken back: {row.name} showed {row.shown_quantity}"
    back = stock.Movement(
        row.stock_product_id, -change, "drift", clock.now(), actor, note, store_id=row.of_store
    )
    stock.record(db, [back])
    now = {"action": "enforced", "decided_at": clock.now(), "decided_by": actor}
    db.execute(
        update(stock_differences).where(stock_differences.c.id.in_(_adopted_with(db, row))).values(**now)
    )
    audit.note(db, actor, "drift.take back", f"listing {row.listing_id}", {"by": change}, None)


def _adopted_with(db: Connection, row: Row[Any]) -> list[int]:
    """Return the differences that one movement took over together with this one, itself among them."""
    if row.decided_by == "policy":
        return [row.id]
    query = select(stock_differences.c.id).join(listings, listings.c.id == stock_differences.c.listing_id)
    of_product = (listings.c.store_id == row.of_store) & (listings.c.stock_product_id == row.stock_product_id)
    at_once = (stock_differences.c.decided_at == row.decided_at) & (stock_differences.c.action == row.action)
    by = stock_differences.c.shown_quantity - stock_differences.c.expected_quantity
    is_same = by == row.shown_quantity - row.expected_quantity
    return list(db.execute(query.where(of_product, at_once, is_same)).scalars())


def follow_policy(db: Connection, actor: str, store_id: int) -> None:
    """Decide what the owner was asked about in a store by its policy, which no longer is to ask.

    What cannot be taken over stays asked.
    """
    policy = get_store(db, store_id).difference_policy
    of_store = (listings.c.store_id == store_id) & stock_differences.c.decided_at.is_(None)
    query = select(stock_differences.c.id).join(listings, listings.c.id == stock_differences.c.listing_id)
    asked = db.execute(query.where(of_store).order_by(stock_differences.c.id)).scalars().all()
    for difference_id in asked if policy != "ask" else ():
        with contextlib.suppress(Conflict):
            decide(db, actor, difference_id, adopt=policy == "adopt")


def drop(db: Connection, listing_id: int) -> None:
    """Nobody is asked any more about a listing that became another product, or is left alone."""
    of_listing = (stock_differences.c.listing_id == listing_id) & stock_differences.c.decided_at.is_(None)
    dropped = {"decided_at": clock.now(), "decided_by": "mapping"}
    db.execute(update(stock_differences).where(of_listing).values(**dropped))
    notices.close(db, Notice.DIFFERENCE, listing_id=listing_id)


def _get(db: Connection, difference_id: int) -> Row[Any]:
    of_store = (stores.c.id.label("of_store"), stores.c.name)
    query = select(stock_differences, listings.c.stock_product_id, *of_store, *state_columns)
    query = query.join(listings, listings.c.id == stock_differences.c.listing_id)
    query = query.join(stores, stores.c.id == listings.c.store_id)
    row = db.execute(query.where(stock_differences.c.id == difference_id)).first()
    if row is None:
        raise NotFound("There is no such difference.")
    return row


def _lock(db: Connection, difference_id: int) -> Row[Any]:
    """Return a difference once nobody else decides one of the same product in its store."""
    row = _get(db, difference_id)
    database.lock(db, f"differences of store {row.of_store} product {row.stock_product_id}")
    return _get(db, difference_id)


def _check(row: Row[Any], change: int, adopt: bool) -> None:
    if row.decided_at is not None:
        raise Conflict("This difference is decided already.")
    if adopt and abs(change) > stock.LARGEST_MOVE:
        raise Conflict("Theirs is no number that can be counted: only ours can be written there.")
    if adopt and not state_of(row).known_quantities:
        raise Conflict("The listing became another product since: only our number can be written there.")


def _find_same(db: Connection, row: Row[Any], change: int) -> list[Row[Any]]:
    """Return the same change in all of the store's listings of the product: one count is taken over once."""
    query = select(stock_differences.c.id, stock_differences.c.listing_id, stock_differences.c.shown_quantity)
    query = query.join(listings, listings.c.id == stock_differences.c.listing_id)
    of_product = (listings.c.store_id == row.of_store) & (listings.c.stock_product_id == row.stock_product_id)
    by = stock_differences.c.shown_quantity - stock_differences.c.expected_quantity
    is_same = stock_differences.c.decided_at.is_(None) & (by == change)
    return list(db.execute(query.where(of_product, is_same).order_by(stock_differences.c.id)))


def _close(db: Connection, actor: str, row: Row[Any], done: dict[str, Any]) -> None:
    """Keep how a difference was decided; its listing is pushed to again."""
    database.update_row(db, stock_differences, row.id, **done)
    state = load_state(db, row.listing_id)
    save_state(db, row.listing_id, state, state.decided(row.shown_quantity))
    notices.close(db, Notice.DIFFERENCE, actor, listing_id=row.listing_id)


def _adopt(
    db: Connection, actor: str, store_id: int, store_name: str, stock_product_id: int, by: int, shown: int
) -> None:
    note = f"{store_name} showed {shown}"
    stock.record(
        db, [stock.Movement(stock_product_id, by, "drift", clock.now(), actor, note, store_id=store_id)]
    )
