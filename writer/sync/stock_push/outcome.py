"""What a push leaves behind in the database: the state of each listing, its failures and notices."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from writer import stores
from writer.db.schema.listings import listings
from writer.db.schema.stock_push import stock_pushes
from writer.db.schema.stores import failures
from writer.lib import clock
from writer.people import Notice, notices
from writer.stores import PushState, load_states, read_shown, save_state
from writer.sync.stock_push.compare import Comparison, Verdict, unexplained_units
from writer.sync.stock_push.plan import DueListing

PUSHES_KEPT = timedelta(days=90)
_UNCOUNTED = "not written over: orders of the store took units off it that count as nothing here"
PROBLEMS = {
    Verdict.PARENT_UNMATCHED: "counted at its parent, which is no product of yours yet: map the parent",
    Verdict.GONE: "gone: the store has this product no more",
    Verdict.UNMANAGED: "not managed: stock management is switched off for it in the store",
    Verdict.OLD: "not compared: the store answered with an older state of it than it showed before",
    Verdict.STOPPED: "stopped: something in the store changed it back five times within ten minutes",
}


def note_comparisons(db: Connection, store_id: int, compared: list[Comparison]) -> list[Comparison]:
    """Remember what listings show and what follows; return those whose number is to be written now.

    Each number is noted before it is sent. A listing that became another product since it was read is left
    to the next push.
    """
    states = _load(db, compared)
    compared = [_with_parent(db, store_id, found) for found in compared]
    for found in compared:
        if found.listing.id in states:
            state = states[found.listing.id]
            after = _after(db, store_id, found, state.checked())
            save_state(db, found.listing.id, state, after, found.shown if _is_of_now(found) else None)
    is_well = (Verdict.RIGHT, Verdict.BY_PARENT)
    end_failures(db, [found.listing.id for found in compared if found.verdict in is_well])
    return [found for found in compared if found.verdict is Verdict.WRITE and found.listing.id in states]


def _with_parent(db: Connection, store_id: int, found: Comparison) -> Comparison:
    """Return a comparison that says whether the parent that counts a variation is pushed in its place."""
    if found.verdict is not Verdict.BY_PARENT:
        return found
    parent = (listings.c.product_id == found.listing.product_id) & (listings.c.variation_id == 0)
    is_matched = listings.c.stock_product_id.is_not(None)
    query = select(listings.c.id).where(listings.c.store_id == store_id, parent, is_matched)
    is_pushed = db.execute(query).first() is not None
    return found if is_pushed else replace(found, verdict=Verdict.PARENT_UNMATCHED)


def _after(db: Connection, store_id: int, found: Comparison, state: PushState) -> PushState:
    listing, verdict, now = found.listing, found.verdict, clock.now()
    shown = found.shown.quantity if found.shown is not None else None
    if verdict is Verdict.RIGHT:
        return state.confirmed(listing.target, listing.count_version, now)
    if verdict is Verdict.BY_PARENT:
        return state.left_to_parent()
    if verdict is Verdict.WRITE:
        return state.sending(listing.target, shown, listing.count_version, now)
    if verdict is Verdict.ASKED:
        return state
    if verdict is Verdict.OLD:
        return _refused(db, store_id, listing, PROBLEMS[Verdict.OLD], state)
    if verdict is Verdict.UNCOUNTED:
        _tell_uncounted(db, store_id, found)
        return state.flagged(_UNCOUNTED, listing.count_version)
    if verdict is Verdict.UNEXPLAINED and found.shown is not None:
        by = unexplained_units(listing, found.shown)
        return state.unexplained(by, listing.count_version, now)
    return _flag(db, store_id, listing, verdict, state)


def _is_of_now(found: Comparison) -> bool:
    return found.verdict is not Verdict.OLD


def tell_old(db: Connection, store_id: int, listing: DueListing) -> None:
    """Say that a store answered with something old; it is then asked in another way."""
    sentence = (
        f"{stores.get(db, store_id).name} answered with an older state of {listing.sku} than it had shown"
        " before. It was asked again in a way that no cache answers. Exclude /wp-json/ from the cache of the"
        " shop or its host; if there is none, its clock was set back, or it was restored from a backup."
    )
    notices.open_(db, Notice.OLD_ANSWER, sentence, store_id=store_id)


def _tell_uncounted(db: Connection, store_id: int, found: Comparison) -> None:
    """Say which lines lowered the number of a listing, each once; their order may have said so already."""
    store = stores.get(db, store_id)
    for line in found.uncounted:
        units = "some" if line.units is None else line.units
        sentence = (
            f"Order {line.order_number}: {store.name} took {units} of {line.name} off its number for"
            f" {found.listing.sku}. Here they count as nothing, so that number is not written over. Map the"
            " product on the store's listings, or review the line on the order's page."
        )
        order_id = line.order_id
        notices.open_(
            db, Notice.LINE_UNCOUNTED, sentence, store_id=store_id, order_id=order_id, line=line.line
        )


def note_written(
    db: Connection,
    store_id: int,
    writing: list[Comparison],
    refusals: dict[int, str],
    answers: Mapping[int, dict[str, Any]],
) -> None:
    """Remember what became of writes: taken, or refused for the reason given by the listing's id."""
    states = _load(db, writing)
    taken: list[dict[str, Any]] = []
    for found in writing:
        listing, state = found.listing, states.get(found.listing.id)
        if state is None:
            continue
        problem = refusals.get(listing.id)
        if problem is None:
            assert found.shown is not None
            written_at = read_shown(answers.get(listing.id, {})).modified_at or found.shown.modified_at
            shown = replace(found.shown, quantity=listing.target, manage_stock="yes", modified_at=written_at)
            after = state.written(listing.target, listing.count_version, clock.now())
            save_state(db, listing.id, state, after, shown)
            push = {"store_id": store_id, "listing_id": listing.id, "at": clock.now()}
            taken.append({**push, "was": found.shown.quantity, "quantity": listing.target})
        else:
            after = _refused(db, store_id, listing, problem, state)
            save_state(db, listing.id, state, after)
    if taken:
        db.execute(insert(stock_pushes), taken)
    end_failures(db, [found.listing.id for found in writing if found.listing.id not in refusals])


def drop_old_pushes(db: Connection) -> int:
    """Forget the numbers that stores took more than 90 days ago; return how many."""
    old = stock_pushes.c.at < clock.now() - PUSHES_KEPT
    return int(db.execute(delete(stock_pushes).where(old)).rowcount)


def _refused(db: Connection, store_id: int, listing: DueListing, problem: str, state: PushState) -> PushState:
    """Keep a refusal; what was taken and not applied stays so until the count changes, another may pass."""
    sentence = f"{listing.sku}: {problem}"
    if "invalid_id" in problem or "invalid_product_id" in problem:
        return _flag(db, store_id, listing, Verdict.GONE, state)
    if problem.startswith("not applied"):
        stores.note_failure(db, store_id, listing.id, "push stock", sentence, None)
        return state.flagged(problem[:300], listing.count_version)
    retry_at = stores.note_refused(db, store_id, listing.id, "push stock", sentence)
    return state.refused(problem[:300], retry_at)


def _flag(
    db: Connection, store_id: int, listing: DueListing, verdict: Verdict, state: PushState
) -> PushState:
    """Mark a listing that cannot be pushed and say so once; it is tried again when its count changes."""
    problem = PROBLEMS[verdict]
    stores.note_failure(db, store_id, listing.id, "push stock", f"{listing.sku}: {problem}", None)
    store = stores.get(db, store_id)
    sentence = f"{listing.sku} in {store.name} is {problem}."
    notices.open_(db, Notice.LISTING_STUCK, sentence, store_id=store_id, listing_id=listing.id)
    return state.flagged(problem, listing.count_version, is_gone=verdict is Verdict.GONE)


def _load(db: Connection, compared: list[Comparison]) -> dict[int, PushState]:
    return load_states(db, {found.listing.id: found.listing.stock_product_id for found in compared})


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
