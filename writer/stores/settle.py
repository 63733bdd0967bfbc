"""What a push leaves behind in the database: what each listing shows, what it was told, drift, problems."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, case, func, select, update

from writer import audit, clock, stock
from writer import db as database
from writer.errors import Conflict, NotFound
from writer.schema.stock import products
from writer.schema.stores import drifts, failures, listings, stores
from writer.stores import failures as failure_rows
from writer.stores.compare import WRITES_WITHIN, Shown, Verdict
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
            _end_failures(db, look.due.id)
        elif look.verdict in PROBLEMS:
            values |= _flag(db, store_id, look.due, look.verdict)
        elif look.verdict is Verdict.ODD:
            values |= _first_seen(look)
        db.execute(update(listings).where(listings.c.id == look.due.id).values(**values))


def intend(db: Connection, writing: list[Due]) -> None:
    """Note each number before it is sent, so that a crash between sending and noting is no drift later."""
    targets = case({due.id: due.target for due in writing}, value=listings.c.id)
    db.execute(
        update(listings).where(listings.c.id.in_([due.id for due in writing])).values(intended=targets)
    )


def note_written(db: Connection, store_id: int, due: Due, problem: str | None) -> None:
    """Remember what became of a write: told, or refused for this reason."""
    now = clock.now()
    if problem is None:
        fresh = due.writes_since is None or now - due.writes_since >= WRITES_WITHIN
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
        _end_failures(db, due.id)
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


def note_drift(db: Connection, store_id: int, due: Due, shown: Shown, by: int) -> bool:
    """Record drift by the store's policy; return whether our number is to be written now."""
    store = db.execute(select(stores).where(stores.c.id == store_id)).one()
    action = {"enforce": "enforced", "adopt": "adopted", "ask": "asked"}[store.drift_policy]
    assert shown.quantity is not None
    drift_id = database.insert_row(
        db,
        drifts,
        listing_id=due.id,
        at=clock.now(),
        ours=shown.quantity - by,
        theirs=shown.quantity,
        policy=store.drift_policy,
        action=action,
        settled_at=None if action == "asked" else clock.now(),
        settled_by=None if action == "asked" else "policy",
    )
    seen: dict[str, Any] = {"drift_by": None, "drift_at": None}
    if action == "enforced":
        # What is shown there counts as told: our number is written over it, and this is drift but once.
        seen["pushed"] = shown.quantity
    db.execute(update(listings).where(listings.c.id == due.id).values(**seen))
    if action == "adopted":
        _adopt(db, f"drift in {store.name}", store, due.id, due.stock_product_id, by, shown.quantity)
    if action == "asked":
        sentence = (
            f"{store.name} shows {shown.quantity} of {due.sku} where {shown.quantity - by} was expected."
            " Decide on the store's page: write our number there, or take theirs over."
        )
        link = f"/stores/{store_id}/push#drift-{drift_id}"
        audit.raise_notice(db, "drift", f"listing {due.id}", sentence, link, store_id=store_id)
    return action == "enforced"


def answer_drift(db: Connection, actor: str, drift_id: int, adopt: bool) -> None:
    """Settle a drift the owner was asked about: take theirs over, or write ours.

    Raises NotFound, or Conflict where it is settled already or theirs means another product by now.
    """
    of_listing = (listings.c.stock_product_id, listings.c.pushed)
    query = select(drifts, *of_listing, stores.c.id.label("of_store"), stores.c.name)
    query = query.join(listings, listings.c.id == drifts.c.listing_id)
    query = query.join(stores, stores.c.id == listings.c.store_id)
    row = db.execute(query.where(drifts.c.id == drift_id)).first()
    if row is None:
        raise NotFound("There is no such drift.")
    if row.settled_at is not None:
        raise Conflict("This drift is settled already.")
    if adopt and row.pushed is None:
        raise Conflict("The listing became another product since: only our number can be written there.")
    done = {"settled_at": clock.now(), "settled_by": actor, "action": "adopted" if adopt else "enforced"}
    db.execute(update(drifts).where(drifts.c.id == drift_id).values(**done))
    if adopt:
        change = row.theirs - row.ours
        _adopt(db, actor, row, row.listing_id, row.stock_product_id, change, row.theirs)
    else:
        # What is shown there counts as told, so that the next push writes our number over it.
        values = {"pushed": row.theirs, "needs_look": True}
        db.execute(update(listings).where(listings.c.id == row.listing_id).values(**values))
    audit.close_notice(db, "drift", f"listing {row.listing_id}", actor)
    audit.note(
        db, actor, f"drift.{done['action']}", f"listing {row.listing_id}", None, {"by": row.theirs - row.ours}
    )


def _adopt(
    db: Connection, actor: str, store: Any, listing_id: int, stock_product_id: int, by: int, shown: int
) -> None:
    note = f"{store.name} showed {shown}"
    moved = stock.Movement(stock_product_id, by, "drift", clock.now(), actor, note, store_id=_store_id(store))
    stock.record(db, [moved])
    db.execute(update(listings).where(listings.c.id == listing_id).values(pushed=shown))


def _store_id(store: Any) -> int:
    found: int = store.of_store if hasattr(store, "of_store") else store.id
    return found


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
    from writer.stores.compare import unexplained

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


def _end_failures(db: Connection, listing_id: int) -> None:
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
