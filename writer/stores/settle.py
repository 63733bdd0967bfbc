"""What a push leaves behind in the database: what each listing shows, what it was told, its problems."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, select, update

from writer import audit, clock
from writer.schema.stock import products
from writer.schema.stores import failures, listings, stores
from writer.stores import failures as failure_rows
from writer.stores.compare import WRITES_WITHIN, Verdict, unexplained
from writer.stores.plan import Due

if TYPE_CHECKING:
    from writer.stores.push import Look

PROBLEMS = {
    Verdict.GONE: "gone: the store has this product no more",
    Verdict.UNMANAGED: "not managed: stock management is switched off for it in the store",
    Verdict.BY_PARENT: "managed by its parent: the store counts it with the parent product",
    Verdict.STOPPED: "stopped: something in the store changed it back five times within ten minutes",
}


def note_looks(db: Connection, store_id: int, looks: "list[Look]") -> None:
    """Remember what listings show: those at the target are done, those that cannot be pushed are flagged."""
    now = clock.now()
    for look in looks:
        values: dict[str, Any] = {"needs_look": False}
        if look.shown is not None:
            values |= {
                "shown": look.shown.quantity,
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
        db.execute(update(listings).where(listings.c.id == look.due.id).values(**values))
    end_failures(db, [look.due.id for look in looks if look.verdict is Verdict.SETTLED])


def intend(db: Connection, writing: "list[Look]") -> None:
    """Note each number before it is sent, so that a crash between sending and noting is no drift later.

    What the store shows now was explained by all that moved so far, so it counts as told as of now: only
    what moves from here on explains another number than this one or the one that is sent.
    """
    fields = ("intended", "pushed", "pushed_version", "writes")
    changes = update(listings).where(listings.c.id == bindparam("of"))
    db.execute(
        changes.values({name: bindparam(f"new_{name}") for name in fields}),
        [_intent(look) for look in writing],
    )


def _intent(look: "Look") -> dict[str, Any]:
    due, shown = look.due, look.shown.quantity if look.shown is not None else None
    return {
        "of": due.id,
        "new_intended": due.target,
        # Never told anything: the first number stays wanted, whatever is shown there by then.
        "new_pushed": due.pushed if due.pushed is None or shown is None else shown,
        "new_pushed_version": due.version,
        # Another count: what was written of the one before says nothing about something changing it back.
        "new_writes": due.writes if due.version == due.pushed_version else 0,
    }


def note_written(db: Connection, store_id: int, due: Due, problem: str | None) -> None:
    """Remember what became of a write: told, or refused for this reason."""
    now = clock.now()
    if problem is None:
        fresh = due.writes == 0 or due.writes_since is None or now - due.writes_since >= WRITES_WITHIN
        count = 1 if fresh or due.version != due.pushed_version else due.writes + 1
        values = _told(due) | {
            "shown": due.target,
            "shown_at": now,
            "pushed_at": now,
            "manage_stock": "yes",
            "problem": None,
            "not_before": None,
            "writes": count,
            "writes_since": now if count == 1 else due.writes_since,
        }
    elif "invalid_id" in problem or "invalid_product_id" in problem:
        values = _flag(db, store_id, due, Verdict.GONE)
    else:
        values = {"problem": problem[:300], **_retry(db, store_id, due, problem)}
    db.execute(update(listings).where(listings.c.id == due.id).values(**values))


def _retry(db: Connection, store_id: int, due: Due, problem: str) -> dict[str, Any]:
    """Keep a refusal; what was taken and not applied stays so until the count changes, another may pass."""
    sentence = f"{due.sku}: {problem}"
    if problem.startswith("not applied"):
        failure_rows.note(db, store_id, due.id, "push stock", sentence, None)
        return {"pushed_version": due.version, "intended": None}
    return {"not_before": failure_rows.note_refused(db, store_id, due.id, "push stock", sentence)}


def _told(due: Due) -> dict[str, Any]:
    return {
        "pushed": due.target,
        "pushed_version": due.version,
        "intended": None,
        "drift_by": None,
        "drift_at": None,
    }


def _first_seen(look: "Look") -> dict[str, Any]:
    """Remember a number nothing explains, and since when it is the same one."""
    assert look.shown is not None
    by = unexplained(look.due, look.shown)
    is_same = look.due.drift_by == by and look.due.drift_at is not None
    return {"drift_by": by, "drift_at": look.due.drift_at if is_same else clock.now(), "needs_look": True}


def _flag(db: Connection, store_id: int, due: Due, verdict: Verdict) -> dict[str, Any]:
    """Mark a listing that cannot be pushed and say so once; it is tried again when its count changes."""
    problem = PROBLEMS[verdict]
    failure_rows.note(db, store_id, due.id, "push stock", f"{due.sku}: {problem}", None)
    store = db.execute(select(stores.c.name).where(stores.c.id == store_id)).one()
    audit.raise_notice(
        db,
        "listing",
        f"listing {due.id}",
        f"{due.sku} in {store.name} is {problem}.",
        f"/stores/{store_id}/push",
        store_id=store_id,
    )
    return {
        "problem": problem,
        "pushed_version": due.version,
        "intended": None,
        "is_gone": verdict is Verdict.GONE,
    }


def end_failures(db: Connection, listing_ids: list[int]) -> None:
    """Close what was open of listings that show the count: nearly always nothing, so that is asked first."""
    of_these = failures.c.listing_id.in_(listing_ids) & failures.c.ended_at.is_(None)
    for listing_id in db.execute(select(failures.c.listing_id).where(of_these).distinct()).scalars().all():
        failure_rows.end(db, failures.c.listing_id == listing_id, "pushed")
        audit.close_notice(db, "listing", f"listing {listing_id}")


def look_at_all(db: Connection, store_id: int) -> None:
    """Let every mapped listing of a store be compared at the next push, as is done once an hour."""
    mapped = (listings.c.store_id == store_id) & listings.c.stock_product_id.is_not(None)
    db.execute(update(listings).where(mapped, ~listings.c.is_gone).values(needs_look=True))


def look_again(db: Connection, listing_id: int) -> None:
    """Let a listing be pushed at the next run, whatever kept it: a retry by hand."""
    nothing_kept = {"is_gone": False, "problem": None, "not_before": None, "writes": 0, "writes_since": None}
    db.execute(update(listings).where(listings.c.id == listing_id).values(needs_look=True, **nothing_kept))


def leave(db: Connection, listing_id: int) -> None:
    """Let a listing be until its count changes."""
    version = select(products.c.version).where(products.c.id == listings.c.stock_product_id).scalar_subquery()
    done = {
        "pushed_version": func.coalesce(version, listings.c.pushed_version),
        "intended": None,
        "needs_look": False,
    }
    db.execute(update(listings).where(listings.c.id == listing_id).values(**done))
