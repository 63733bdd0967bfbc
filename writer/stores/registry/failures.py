"""Failures of stores, kept and shown: what, why, how often, when next; and how long a store is left alone."""

import random
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, select, update

from writer import db as database
from writer.db.schema.stores import failures, stores
from writer.lib import clock
from writer.lib.errors import Conflict
from writer.lib.store_scope import StoreScope
from writer.people import Notice, audit, notices
from writer.stores.registry import hours
from writer.stores.woocommerce import KeysRefused, StoreBusy, StoreError

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
MOMENTARY = 3  # so often in a row a store may ask for patience until it is taken to be down
KEPT = timedelta(days=90)  # what is over
ENOUGH_REFUSALS = 2  # of the keys, in a row
_NOTHING_LOST = "sent to it or read from it; nothing is lost."


def wait(times: int) -> timedelta:
    """Return how long to leave a store alone after failing so often in a row: 1 min to 1 h, with jitter."""
    doubled: timedelta = FIRST_WAIT * int(2 ** min(max(times, 1) - 1, 10))
    return min(doubled, LONGEST_WAIT) * random.uniform(0.85, 1.0)


def note_store(db: Connection, store: Row[Any], error: StoreError, what: str) -> None:
    """Write down that a store could not be used, and when it may be asked again.

    Two refusals of the keys in a row pause the store until it gets new ones; a store that is merely down
    is asked again for ever, ever less often; a store that asks for patience gets what it asks, or more.
    """
    now = clock.now()
    times = store.failures_in_a_row + 1
    pause: timedelta | None = wait(times)
    changes: dict[str, Any] = {"failures_in_a_row": times, "last_error": error.sentence}
    if isinstance(error, StoreBusy):
        asked = timedelta(seconds=error.retry_after_s or FIRST_WAIT.total_seconds())
        pause = max(asked, wait(times - MOMENTARY)) if times > MOMENTARY else asked
    elif isinstance(error, KeysRefused):
        changes["key_refusals"] = store.key_refusals + 1
        if store.key_refusals + 1 >= ENOUGH_REFUSALS:
            if store.push_state == "off":
                pause = LONGEST_WAIT  # what is not pushed to is not paused: it would go on as pushed to
            else:
                changes |= {"push_state": "paused", "pause_reason": error.sentence}
                pause = None
            sentence = f"{store.name} refuses its keys: {error.sentence} Nothing is {_NOTHING_LOST}"
            notices.open_(db, Notice.KEYS_REFUSED, sentence, store_id=store.id)
    elif error.permanent:
        pause = LONGEST_WAIT
        sentence = f"{store.name}: {error.sentence} Until then nothing is {_NOTHING_LOST}"
        notices.open_(db, Notice.STORE_UNUSABLE, sentence, store_id=store.id)
    changes["next_call_at"] = now + pause if pause is not None else None
    database.update_row(db, stores, store.id, **changes)
    note(db, store.id, None, what, error.sentence, changes["next_call_at"])
    hours.note(db, store.id, "late" if isinstance(error, StoreBusy) else "failed")


def note_success(db: Connection, store: Row[Any]) -> None:
    """Forget a store's failures: it answered."""
    if store.failures_in_a_row or store.key_refusals or store.last_error is not None:
        fresh = {"failures_in_a_row": 0, "key_refusals": 0, "last_error": None, "next_call_at": None}
        database.update_row(db, stores, store.id, **fresh)
        hours.note(db, store.id, "fine")
        open_ = (failures.c.store_id == store.id) & failures.c.listing_id.is_(None)
        end(db, open_, "answered again")
        notices.close(db, Notice.KEYS_REFUSED, store_id=store.id)
        notices.close(db, Notice.STORE_UNUSABLE, store_id=store.id)


def note(
    db: Connection, store_id: int, listing_id: int | None, what: str, sentence: str, next_at: datetime | None
) -> int:
    """Write down a failure; the same one again counts up. `next_at` None: it is not tried by itself.

    Returns how often it has failed in a row.
    """
    now = clock.now()
    of = failures.c.listing_id.is_(None) if listing_id is None else failures.c.listing_id == listing_id
    found = (failures.c.store_id == store_id) & of & (failures.c.what == what) & failures.c.ended_at.is_(None)
    again = {"sentence": sentence, "times": failures.c.times + 1, "last_at": now, "next_at": next_at}
    times = db.execute(update(failures).where(found).values(**again).returning(failures.c.times)).scalar()
    if times is None:
        database.insert_row(
            db,
            failures,
            store_id=store_id,
            listing_id=listing_id,
            what=what,
            sentence=sentence,
            times=1,
            first_at=now,
            last_at=now,
            next_at=next_at,
        )
    if listing_id is not None:
        hours.note(db, store_id, "late")
    return times or 1


def note_refused(db: Connection, store_id: int, listing_id: int, what: str, sentence: str) -> datetime:
    """Write down that a store refused one listing; return when it is tried again."""
    next_at: datetime = clock.now() + wait(note(db, store_id, listing_id, what, sentence, None))
    found = (failures.c.listing_id == listing_id) & (failures.c.what == what) & failures.c.ended_at.is_(None)
    db.execute(update(failures).where(found).values(next_at=next_at))
    return next_at


class Refused(NamedTuple):
    """The listings of a store that it takes no count for: how many, and what is said of one."""

    listings: int
    sentence: str


def count_refused(db: Connection, store_scope: StoreScope) -> dict[int, Refused]:
    """Return, by store, how many of its listings fail now; stores without any are left out."""
    is_open = failures.c.ended_at.is_(None) & failures.c.listing_id.is_not(None)
    counted = (func.count(failures.c.listing_id.distinct()), func.max(failures.c.sentence))
    query = select(failures.c.store_id, *counted).where(is_open, store_scope.of(failures.c.store_id))
    rows = db.execute(query.group_by(failures.c.store_id))
    return {store_id: Refused(int(found), sentence) for store_id, found, sentence in rows}


def end(db: Connection, which: Any, by: str) -> None:
    """Close failures that are over."""
    over = which & failures.c.ended_at.is_(None)
    db.execute(update(failures).where(over).values(ended_at=clock.now(), ended_by=by, next_at=None))


def retry_now(db: Connection, actor: str, failure_id: int) -> Row[Any]:
    """Let what failed be tried at the next run, whatever was waited for; return its row.

    Where the whole store failed and was paused for it, it goes on. Raises NotFound, Conflict.
    """
    row = _get_open(db, failure_id)
    database.update_row(db, failures, failure_id, next_at=clock.now())
    if row.listing_id is None:
        go_on(db, row.store_id)
    fresh: dict[str, Any] = {"next_call_at": None, "key_refusals": 0}
    database.update_row(db, stores, row.store_id, **fresh)
    audit.note(db, actor, "failure.retry", f"failure {failure_id}", None, {"what": row.what})
    return row


def go_on(db: Connection, store_id: int) -> None:
    """A store that was paused for its keys is pushed to again; one that a person paused is not."""
    is_refused = stores.c.key_refusals >= ENOUGH_REFUSALS
    paused = (stores.c.id == store_id) & (stores.c.push_state == "paused") & is_refused
    db.execute(update(stores).where(paused).values(push_state="on", pause_reason=None))


def give_up(db: Connection, actor: str, failure_id: int) -> Row[Any]:
    """Close a failure by hand: it is shown as given up; return its row. Raises NotFound, Conflict."""
    row = _get_open(db, failure_id)
    end(db, failures.c.id == failure_id, f"given up by {actor}")
    audit.note(db, actor, "failure.give up", f"failure {failure_id}", None, {"what": row.what})
    return row


def drop_old(db: Connection) -> int:
    """Forget failures that ended more than 90 days ago, and old hours; return how many failures."""
    hours.drop_old(db)
    old = failures.c.ended_at < clock.now() - KEPT
    return int(db.execute(delete(failures).where(old)).rowcount)


def _get_open(db: Connection, failure_id: int) -> Row[Any]:
    row = database.get_row(db, failures, failure_id, "There is no such failure.")
    if row.ended_at is not None:
        raise Conflict(f"This failure is over: {row.ended_by}.")
    return row
