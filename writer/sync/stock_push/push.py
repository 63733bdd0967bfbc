"""Bring a store's stock to the count: read, compare, write, read the answers. HTTP only between transactions.

Level-triggered: a listing is due when its store may show another number than the count, so a burst
costs one push, a store that was down costs one push, and a crash loses nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row

from writer import stores
from writer.db import Database, each_in_batches
from writer.lib import clock
from writer.stores import Client, Shown, Vault, contact, read_shown
from writer.sync import differences, order_import
from writer.sync.stock_push import outcome, plan
from writer.sync.stock_push.compare import (
    Comparison,
    Verdict,
    compare,
    explain_by_uncounted,
    is_doubtful,
    unexplained_units,
)
from writer.sync.stock_push.listing_calls import ListingCalls, key_of
from writer.sync.stock_push.plan import DueListing

_NOTED_AT_ONCE = 10  # listings in one transaction at most
_WAITING = (Verdict.UNEXPLAINED, Verdict.UNCOUNTED, Verdict.ASKED)
_CLOCKS_APART = timedelta(days=1)  # a store's clock may be far off


@dataclass
class PushResult:
    """What a push to one store came to."""

    store_id: int
    right: int = 0
    written: int = 0
    waiting: int = 0  # a number nothing explains, to be looked at again
    failed: int = 0
    blocked: str | None = None  # why nothing was written at all
    would_write: list[tuple[str, int | None, int]] = field(default_factory=list)  # dry run: SKU, from, to

    @property
    def is_news(self) -> bool:
        return bool(self.right or self.written or self.waiting or self.failed)


def push(
    database: Database,
    vault: Vault,
    store_id: int,
    dry_run: bool = False,
    not_since: datetime | None = None,
) -> PushResult:
    """Bring everything due of one store to the count.

    Raises NotNow where the store must not be called, StoreError (written down already) where it failed.
    """
    result = PushResult(store_id)
    with database.reading() as db:
        store = stores.get(db, store_id)
        result.blocked = _why_blocked(db, store)
    if store.push_state == "on" and result.blocked != store.mass_change and not dry_run:
        with database.transaction() as db:
            outcome.hold_mass_change(db, store, result.blocked)
    if result.blocked is not None and not dry_run:
        return result
    with contact(database, vault, store_id, "push stock") as client:
        run = _Run(database, client, store_id, bool(store.manages_stock), dry_run, not_since)
        for chunk in run.chunks():
            run.push_chunk(chunk, result)
    return result


def _why_blocked(db: Connection, store: Row[Any]) -> str | None:
    if store.push_state == "off":
        return "Pushing is not switched on."
    return plan.mass_change(db, store) if store.push_state == "on" else None


@dataclass
class _Run:
    """One push to one store under way."""

    database: Database
    client: Client
    store_id: int
    turns_on_stock: bool
    dry_run: bool
    not_since: datetime | None
    polled: bool = False
    has_old_answer: bool = False  # to a read of products
    # Ids of the listings whose shown number is of now anyway.
    read_past_caches: set[int] = field(default_factory=set)
    has_old_orders: bool = False  # the poll answered with older states than are recorded
    has_read_trash: bool = False
    reader: order_import.Reader = field(init=False)
    calls: ListingCalls = field(init=False)

    def __post_init__(self) -> None:
        self.reader = order_import.Reader(self.database, self.client, self.store_id)
        self.calls = ListingCalls(self.client)

    def chunks(self) -> Iterator[list[DueListing]]:
        """Walk over everything due: simple products by the hundred, variations parent by parent."""
        for variations in (False, True):
            after = (-1, -1)
            while True:
                with self.database.reading() as db:
                    due = plan.list_due(db, self.store_id, variations, after, self.not_since)
                if not due:
                    break
                after = (due[-1].product_id, due[-1].id)
                if variations:
                    for _, of_parent in groupby(due, key=lambda found: found.product_id):
                        yield list(of_parent)
                else:
                    yield due

    def push_chunk(self, chunk: list[DueListing], result: PushResult) -> None:
        """Read, compare and write one chunk; remember what each listing shows now."""
        compared = self._compare(chunk)
        if any(found.verdict is Verdict.UNEXPLAINED or is_doubtful(found) for found in compared):
            compared = self._explain(compared)
        if self.dry_run:
            result.would_write += [
                (found.listing.sku, found.shown.quantity if found.shown else None, found.listing.target)
                for found in compared
                if found.verdict is Verdict.WRITE
            ]
            return
        writing: list[Comparison] = []

        def note_compared(db: Connection, few: Sequence[Comparison]) -> None:
            writing.extend(outcome.note_comparisons(db, self.store_id, list(few)))

        each_in_batches(self.database, compared, note_compared, at_most=_NOTED_AT_ONCE)
        sent = [found.listing for found in writing]
        answers = self.calls.write(sent) if sent else {}
        refusals = self.calls.verify(sent, answers)

        def note_sent(db: Connection, few: Sequence[Comparison]) -> None:
            outcome.note_written(db, self.store_id, list(few), refusals, answers)

        each_in_batches(self.database, writing, note_sent, at_most=_NOTED_AT_ONCE)
        result.written += len(writing) - len(refusals)
        result.failed += len(refusals) + sum(found.verdict in outcome.PROBLEMS for found in compared)
        result.right += sum(found.verdict is Verdict.RIGHT for found in compared)
        result.waiting += sum(found.verdict in _WAITING for found in compared)

    def _compare(self, chunk: list[DueListing]) -> list[Comparison]:
        shown = {key: read_shown(item) for key, item in self.calls.read(chunk).items()}
        compared = [self._compare_one(listing, shown.get(key_of(listing))) for listing in chunk]
        old = [found.listing for found in compared if found.verdict is Verdict.OLD]
        if not old or self.dry_run:
            return compared
        with self.database.transaction() as db:
            outcome.tell_old(db, self.store_id, old[0])
        now = self._read_past_caches(old)
        self.has_old_answer = True
        self.read_past_caches |= now.keys()
        return [now.get(found.listing.id, found) for found in compared]

    def _read_past_caches(self, listings: list[DueListing]) -> dict[int, Comparison]:
        """Compare with the answer to a write that changes nothing: no cache answers one.

        It is of now, whatever its date says: the store's clock may have been set back, or a backup restored.
        """
        answers = self.calls.send(listings, [{"id": listing.item_id} for listing in listings])
        return {
            listing.id: self._compare_one(
                replace(listing, shown_modified_at=None), read_shown(answers[listing.id])
            )
            for listing in listings
            if answers.get(listing.id, {}).get("manage_stock") is not None
        }

    def _compare_one(self, listing: DueListing, shown: Shown | None) -> Comparison:
        return compare(listing, shown, self.turns_on_stock, clock.now())

    def _explain(self, compared: list[Comparison]) -> list[Comparison]:
        """Read the store's newest orders, then compare again what showed a number that nothing explained, or
        not for certain.

        What is still unexplained is a difference once it was seen twice, 60 s or more apart, with nothing
        unprocessed.
        """
        if not self.polled:
            self.has_old_orders = self.reader.poll().is_old
            self.reader.read_asked()
            self.polled = True
        if not self.has_read_trash:
            self._read_trash([found for found in compared if _is_second_look(found)])
        with self.database.reading() as db:
            now = plan.load_again(db, [found.listing.id for found in compared])
            # What was not understood may be just what explains the number.
            may_differ = not plan.has_unprocessed(db, self.store_id) and not self.reader.read.refused
        # Read again, for what was sold between is among the orders by now and was not in the number.
        again = self._compare([now.get(found.listing.id, found.listing) for found in compared])
        again = [self._explain_by_uncounted(found) for found in again]
        may_differ = may_differ and not self.has_old_orders
        if not may_differ or self.dry_run:
            return again
        return [
            self._differ(found) if found.verdict is Verdict.UNEXPLAINED and self._is_of_now(found) else found
            for found in again
        ]

    def _is_of_now(self, found: Comparison) -> bool:
        """Tell whether a number may be a difference: an answer old for one listing is old for all in it."""
        return not self.has_old_answer or found.listing.id in self.read_past_caches

    def _read_trash(self, looked_twice: list[Comparison]) -> None:
        """Read the orders in the trash that may explain these: lists of orders leave them out, and they may
        have been edited before they were trashed."""
        if not looked_twice:
            return
        since = min(found.listing.state.explained_from(clock.now()) for found in looked_twice)
        self.reader.read_trash(since - _CLOCKS_APART)
        self.has_read_trash = True

    def _explain_by_uncounted(self, found: Comparison) -> Comparison:
        if found.verdict is not Verdict.UNEXPLAINED:
            return found
        listing = found.listing
        since = listing.state.explained_from(clock.now())
        with self.database.reading() as db:
            lines = differences.list_uncounted(
                db, self.store_id, key_of(listing), listing.stock_product_id, since
            )
        return explain_by_uncounted(found, lines)

    def _differ(self, found: Comparison) -> Comparison:
        """Record a difference that was seen before; return what follows from what was done about it."""
        shown = found.shown
        assert shown is not None
        assert shown.quantity is not None
        by = unexplained_units(found.listing, shown)
        if not found.listing.state.is_still_unexplained(by, clock.now()):
            return found
        with self.database.transaction() as db:
            # Under a lock, for another listing may just have been taken over: one change is counted once.
            newest = plan.load_again(db, [found.listing.id], locked=True)
            listing = newest.get(found.listing.id, found.listing)
            found = self._compare_one(listing, shown)
            if found.verdict is not Verdict.UNEXPLAINED or unexplained_units(listing, shown) != by:
                return found
            is_ours = differences.record(
                db,
                self.store_id,
                listing_id=listing.id,
                stock_product_id=listing.stock_product_id,
                sku=listing.sku,
                count_version=listing.count_version,
                shown=shown.quantity,
                by=by,
            )
            listing = plan.load_again(db, [listing.id]).get(listing.id, listing)
        if is_ours:
            is_stuck = listing.state.is_stuck(listing.count_version, clock.now())
            return Comparison(listing, shown, Verdict.STOPPED if is_stuck else Verdict.WRITE)
        is_right = shown.quantity == listing.target
        return Comparison(listing, shown, Verdict.RIGHT if is_right else Verdict.ASKED)


def _is_second_look(found: Comparison) -> bool:
    if found.verdict is not Verdict.UNEXPLAINED or found.shown is None:
        return False
    by = unexplained_units(found.listing, found.shown)
    return found.listing.state.is_still_unexplained(by, clock.now())
