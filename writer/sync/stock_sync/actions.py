"""What a person decides about pushing: try again or give up, pause a store or go on, compare all of it now.

Nothing here speaks to a store: the worker does within two seconds of the commit, or the next minute's push.
"""

from typing import Any

from sqlalchemy import Connection, Row

from writer import stores
from writer.lib.errors import Conflict, NotFound
from writer.people import Notice, audit, notices
from writer.stores import listings


def retry(db: Connection, actor: str, failure_id: int) -> Row[Any]:
    """What failed is tried at the next run, whatever was waited for; return the failure.

    A store that its failure paused goes on. Raises NotFound, and Conflict where the failure is over.
    """
    row = stores.retry_failure(db, actor, failure_id)
    if row.listing_id is not None:
        listings.retry(db, row.listing_id)
    return row


def give_up(db: Connection, actor: str, failure_id: int) -> Row[Any]:
    """A listing that failed is left alone until its count changes, a store until it is resumed; return the
    failure. Raises NotFound, and Conflict where it is over."""
    row = stores.give_up_failure(db, actor, failure_id)
    if row.listing_id is not None:
        listings.give_up(db, row.listing_id)
        notices.close(db, Notice.LISTING_STUCK, actor, listing_id=row.listing_id)
    elif stores.get(db, row.store_id).push_state == "on":
        pause(db, actor, row.store_id, f"{actor} gave up: {row.sentence}"[:300])
    return row


def pause(db: Connection, actor: str, store_id: int, reason: str) -> None:
    """Leave a store alone until it is resumed. Raises NotFound, and Conflict where it is not pushed to."""
    if stores.get(db, store_id).push_state != "on":
        raise Conflict("This store is not pushed to.")
    stores.pause(db, store_id, reason)
    values = {"push_state": "paused", "pause_reason": reason}
    audit.note(db, actor, "push.pause", f"store {store_id}", {"push_state": "on"}, values)


def resume(db: Connection, actor: str, store_id: int) -> None:
    """Go on with a paused store, at once. Raises NotFound, and Conflict where it is not paused."""
    before = stores.get(db, store_id)
    if before.push_state != "paused":
        raise Conflict("This store is not paused.")
    stores.resume(db, store_id)
    notices.close(db, Notice.KEYS_REFUSED, actor, store_id=store_id)
    was = {"push_state": "paused", "pause_reason": before.pause_reason}
    audit.note(db, actor, "push.resume", f"store {store_id}", was, {"push_state": "on"})


def push_now(db: Connection, actor: str, store_id: int) -> None:
    """Every listing of a store is compared and brought to the count at the next run, and that is at once.

    Raises NotFound, and Conflict where the store is not pushed to.
    """
    if stores.get(db, store_id).push_state != "on":
        raise Conflict("This store is not pushed to.")
    stores.call_at_once(db, store_id)
    listings.retry_refused(db, store_id)
    listings.check_all(db, store_id)
    audit.note(db, actor, "push.now", f"store {store_id}", None, None)


def retry_listing(db: Connection, actor: str, store_id: int, listing_id: int) -> Row[Any]:
    """One listing of a store is compared at the next run, whatever kept it; return it. Raises NotFound."""
    row = listings.get(db, listing_id)
    if row.store_id != store_id:
        raise NotFound("This store has no such listing.")
    stores.call_at_once(db, store_id)
    listings.retry(db, listing_id)
    audit.note(db, actor, "listing.retry", f"listing {listing_id}", None, {"sku": row.sku})
    return row


def confirm_mass_change(db: Connection, actor: str, store_id: int) -> None:
    """Let the large change that waits go out within the next hour. Raises NotFound."""
    stores.get(db, store_id)
    stores.confirm_mass_change(db, store_id)
    notices.close(db, Notice.MASS_CHANGE, actor, store_id=store_id)
    audit.note(db, actor, "push.confirm", f"store {store_id}", None, None)
