"""What a push leaves behind in the database: what each listing shows, what it was told, its problems."""

from typing import Any

from sqlalchemy import Connection, Row, select

from writer import stores
from writer.db.schema.stores import failures
from writer.lib import clock
from writer.people import Notice, notices
from writer.stores import listings
from writer.sync.stock_push.compare import WRITES_WITHIN, Look, Verdict, unexplained
from writer.sync.stock_push.plan import Due

PROBLEMS = {
    Verdict.GONE: "gone: the store has this product no more",
    Verdict.UNMANAGED: "not managed: stock management is switched off for it in the store",
    Verdict.BY_PARENT: "managed by its parent: the store counts it with the parent product",
    Verdict.STOPPED: "stopped: something in the store changed it back five times within ten minutes",
}


def note_looks(db: Connection, store_id: int, looks: list[Look]) -> None:
    """Remember what listings show: those at the target are done, those that cannot be pushed are flagged."""
    now = clock.now()
    for look in looks:
        values: dict[str, Any] = {"needs_check": False}
        if look.shown is not None:
            values |= {
                "shown_quantity": look.shown.quantity,
                "shown_at": now,
                "manage_stock": look.shown.manage_stock,
                "allows_backorders": look.shown.allows_backorders,
            }
        if look.verdict is Verdict.SETTLED:
            values |= _told(look.due) | {"problem": None}
        elif look.verdict in PROBLEMS:
            values |= _flag(db, store_id, look.due, look.verdict)
        elif look.verdict is Verdict.ODD:
            values |= _first_seen(look)
        listings.save(db, look.due.id, **values)
    end_failures(db, [look.due.id for look in looks if look.verdict is Verdict.SETTLED])


def intend(db: Connection, writing: list[Look]) -> None:
    """Note each number before it is sent, so that a crash between sending and noting is no drift later.

    What the store shows now was explained by all that moved so far, so it counts as told as of now: only
    what moves from here on explains another number than this one or the one that is sent.
    """
    listings.save_each(db, [_intent(look) for look in writing])


def _intent(look: Look) -> dict[str, Any]:
    due, shown = look.due, look.shown.quantity if look.shown is not None else None
    return {
        "of": due.id,
        "sending_quantity": due.target,
        # Never told anything: the first number stays wanted, whatever is shown there by then.
        "confirmed_quantity": due.confirmed_quantity
        if due.confirmed_quantity is None or shown is None
        else shown,
        "handled_version": due.version,
        "confirmed_at": clock.now(),
        # Another count: what was written of the one before says nothing about something changing it back.
        "write_count": due.write_count if due.version == due.handled_version else 0,
    }


def note_written(db: Connection, store_id: int, due: Due, problem: str | None) -> None:
    """Remember what became of a write: told, or refused for this reason."""
    now = clock.now()
    if problem is None:
        fresh = (
            due.write_count == 0 or due.first_write_at is None or now - due.first_write_at >= WRITES_WITHIN
        )
        count = 1 if fresh or due.version != due.handled_version else due.write_count + 1
        values = _told(due) | {
            "shown_quantity": due.target,
            "shown_at": now,
            "written_at": now,
            "manage_stock": "yes",
            "problem": None,
            "retry_at": None,
            "write_count": count,
            "first_write_at": now if count == 1 else due.first_write_at,
        }
    elif "invalid_id" in problem or "invalid_product_id" in problem:
        values = _flag(db, store_id, due, Verdict.GONE)
    else:
        values = {"problem": problem[:300], **_retry(db, store_id, due, problem)}
    listings.save(db, due.id, **values)


def _retry(db: Connection, store_id: int, due: Due, problem: str) -> dict[str, Any]:
    """Keep a refusal; what was taken and not applied stays so until the count changes, another may pass."""
    sentence = f"{due.sku}: {problem}"
    if problem.startswith("not applied"):
        stores.note_failure(db, store_id, due.id, "push stock", sentence, None)
        return {"handled_version": due.version, "sending_quantity": None}
    return {"retry_at": stores.note_refused(db, store_id, due.id, "push stock", sentence)}


def _told(due: Due) -> dict[str, Any]:
    return {
        "confirmed_quantity": due.target,
        "handled_version": due.version,
        "confirmed_at": clock.now(),
        "sending_quantity": None,
        "unexplained_by": None,
        "unexplained_at": None,
    }


def _first_seen(look: Look) -> dict[str, Any]:
    """Remember a number nothing explains, and since when it is the same one."""
    assert look.shown is not None
    by = unexplained(look.due, look.shown)
    is_same = look.due.unexplained_by == by and look.due.unexplained_at is not None
    return {
        "unexplained_by": by,
        "unexplained_at": look.due.unexplained_at if is_same else clock.now(),
        "needs_check": True,
    }


def _flag(db: Connection, store_id: int, due: Due, verdict: Verdict) -> dict[str, Any]:
    """Mark a listing that cannot be pushed and say so once; it is tried again when its count changes."""
    problem = PROBLEMS[verdict]
    stores.note_failure(db, store_id, due.id, "push stock", f"{due.sku}: {problem}", None)
    store = stores.get(db, store_id)
    sentence = f"{due.sku} in {store.name} is {problem}."
    notices.open_(db, Notice.LISTING_STUCK, sentence, store_id=store_id, listing_id=due.id)
    return {
        "problem": problem,
        "handled_version": due.version,
        "sending_quantity": None,
        "is_gone": verdict is Verdict.GONE,
    }


def end_failures(db: Connection, listing_ids: list[int]) -> None:
    """Close what was open of listings that show the count: nearly always nothing, so that is asked first."""
    of_these = failures.c.listing_id.in_(listing_ids) & failures.c.ended_at.is_(None)
    for listing_id in db.execute(select(failures.c.listing_id).where(of_these).distinct()).scalars().all():
        stores.end_failures(db, failures.c.listing_id == listing_id, "pushed")
        notices.close(db, Notice.LISTING_STUCK, listing_id=listing_id)


def hold_mass_change(db: Connection, store: Row[Any], sentence: str | None) -> None:
    """Keep a store from being written until the owner confirms the mass change; None: there is none."""
    if sentence == store.mass_change:
        return
    stores.hold_mass_change(db, store.id, sentence)
    if sentence is None:
        notices.close(db, Notice.MASS_CHANGE, store_id=store.id)
        return
    asked = f"{sentence} Nothing is written there until you confirm it on the store's page."
    notices.open_(db, Notice.MASS_CHANGE, asked, store_id=store.id)
