"""Imports a store's orders, also those that webhooks missed. Imports overlap, because repeating is free.

The cursor is the largest date_modified_gmt that was seen: the store's clock, never ours. It moves only after
every page was read. No transaction is open during the calls.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Row
from sqlalchemy.exc import OperationalError

from writer import orders, stores
from writer.db import Database, each_in_batches
from writer.lib import clock
from writer.orders import OrderSnapshot, RefundSnapshot
from writer.stores import Client, NotThere, StoreError, woocommerce
from writer.sync import webhook_inbox
from writer.sync.order_import.ages import Ages
from writer.sync.order_import.pace import OVERLAP
from writer.sync.order_import.refunds import Refunds, read_refunds

T = TypeVar("T")

log = logging.getLogger("writer.stores.registry")

DAYS_BACK = 30
AT_ONCE = 20  # orders whose refunds are asked for together
RECORDED_AT_ONCE = 20  # in one transaction at most
_FIRST_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # so that subtracting from an odd date never underflows
ASK_AT_ONCE = 100


class Stopped(Exception):
    """The import was stopped; what was read is recorded, the cursor has not moved."""


@dataclass
class Read:
    """The result of an import so far."""

    seen: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Polled:
    """What a poll learned: the new cursor, and how far the store's clock is ahead of UTC; None: no order.

    `is_old`: an order was older than the store had told it before, so the answer is not of now.
    """

    cursor: datetime | None
    utc_offset: timedelta | None
    is_old: bool = False


@dataclass(frozen=True)
class Reader:
    """A running import of one store."""

    database: Database
    client: Client
    store_id: int
    progress: Callable[[Read], None] = lambda _read: None
    is_stopping: Callable[[], bool] = lambda: False
    cause: str = "poll"  # the cause in the history of an order
    read: Read = field(default_factory=Read)

    def take(self, payloads: list[dict[str, Any]]) -> list[OrderSnapshot]:
        """Record orders that the store sent, with the quantities of their refunds; return the snapshots."""
        taken = []
        for few in _batched(payloads, AT_ONCE):
            self._heed_stop()
            told = [(payload, self._understood(payload, partial(_snapshot, payload))) for payload in few]
            open_ = [found.external_id for _, found in told if found is not None and self._has_open(found)]
            refunds = read_refunds(self.client, open_, self._heed_stop)
            # If the import stops or the store fails, no order is lost whose refunds were read, or has none.
            whole = [
                (payload, self._with_refunds(payload, snapshot, refunds))
                for payload, snapshot in told
                if snapshot is None or snapshot.external_id not in {*open_} - refunds.by_order.keys()
            ]
            self._record_all(whole)
            if refunds.failure is not None:
                raise refunds.failure
            taken += [snapshot for _, snapshot in whole if snapshot is not None]
        return taken

    def _understood(self, payload: dict[str, Any], read: Callable[[], OrderSnapshot]) -> OrderSnapshot | None:
        """Return what `read` makes of an order, None if it cannot be understood."""
        try:
            return read()
        except woocommerce.Refusal as refusal:
            # Kept where a person sees it, because the cursor moves on.
            with self.database.transaction() as db:
                _keep_failed(db, stores.get(db, self.store_id), payload, str(refusal))
            return None
        except (Stopped, StoreError, OperationalError):
            raise
        except Exception:
            # One odd order must not stop the import of its store.
            with self.database.transaction() as db:
                _keep_failed(db, stores.get(db, self.store_id), payload)
            return None

    def _has_open(self, snapshot: OrderSnapshot) -> bool:
        """Tell whether the quantities of a refund are still to be read: they are not in the order itself."""
        if not snapshot.refunds:
            return False
        with self.database.reading() as db:
            known = orders.known_refunds(db, self.store_id, snapshot.external_id)
        return any(refund.external_id not in known for refund in snapshot.refunds)

    def _with_refunds(
        self, payload: dict[str, Any], snapshot: OrderSnapshot | None, refunds: Refunds
    ) -> OrderSnapshot | None:
        items = None if snapshot is None else refunds.by_order.get(snapshot.external_id)
        if snapshot is None or items is None:
            return snapshot
        return self._understood(payload, lambda: replace(snapshot, refunds=_merged(snapshot, items)))

    def _record_all(self, told: list[tuple[dict[str, Any], OrderSnapshot | None]]) -> None:
        # On PostgreSQL two transactions of several orders could deadlock.
        at_most = RECORDED_AT_ONCE if self.database.is_sqlite else 1
        each_in_batches(self.database, told, self._record_some, at_most=at_most)
        self.progress(self.read)

    def _record_some(
        self, db: Connection, told: Sequence[tuple[dict[str, Any], OrderSnapshot | None]]
    ) -> None:
        for payload, snapshot in told:
            self._record(db, payload, snapshot)

    def _record(self, db: Connection, payload: dict[str, Any], snapshot: OrderSnapshot | None) -> None:
        self.read.seen += 1
        if snapshot is None:
            self.read.refused += 1
            return
        store = stores.get(db, self.store_id)
        try:
            with db.begin_nested():
                done = orders.record(db, stores.channel(store), snapshot, self.cause)
        except OperationalError:
            raise  # the database itself failed
        except Exception:
            _keep_failed(db, store, payload)
            self.read.refused += 1
            return
        if snapshot.is_anonymized or done.is_erased:
            webhook_inbox.forget_bodies(db, self.store_id, snapshot.external_id)
        self.read.created += done.is_new
        self.read.updated += done.outcome == "recorded" and not done.is_new
        self.read.unchanged += done.outcome != "recorded"

    def _heed_stop(self) -> None:
        if self.is_stopping():
            raise Stopped

    def poll(
        self,
        days_back: int | None = None,
        first_days_back: int = DAYS_BACK,
        overlap: timedelta = OVERLAP,
    ) -> Polled:
        """Import every order that changed since the cursor, or in the last `days_back` days if given.

        It begins by `overlap` before the cursor. Afterwards cursor and polled_at have moved. Raises
        StoreError if a page cannot be read, and Stopped;
        what was read by then is recorded and the cursor stays, so nothing is skipped.
        """
        began = clock.now()
        with self.database.reading() as db:
            store = stores.get(db, self.store_id)
            since = _since(store, began, overlap) or began - timedelta(days=first_days_back)
            if days_back is not None:
                since = min(since, began - timedelta(days=days_back))
            # As it is before the store is asked: what a webhook brings meanwhile makes no answer an old one.
            known = orders.list_changed(db, self.store_id, since)
        newest: datetime | None = store.order_cursor
        utc_offset, ages = None, Ages(known)
        for page in self.client.orders_pages(since):
            for told in self.take(page):
                ages.note(told)
                newest = max(filter(None, (newest, told.changed_at)), default=None)
            utc_offset = woocommerce.utc_offset(page[-1]) if page else utc_offset
        with self.database.transaction() as db:
            stores.note_poll(db, self.store_id, began, newest)
            ages.tell(db, store)
        return Polled(newest, utc_offset, bool(ages.older))

    def read_trash(self, since: datetime) -> None:
        """Record the orders in the trash that changed since, which a list of all orders leaves out."""
        for page in self.client.orders_pages(since, "trash"):
            self.take(page)

    def read_asked(self) -> None:
        """Read again the orders that a webhook described incompletely: refunds, two states of one second."""
        with self.database.reading() as db:
            asked = orders.list_unread(db, self.store_id)
        self._read_each(asked)

    def look_again(self) -> None:
        """Request again the orders that one direct request did not find: missing twice means deleted."""
        with self.database.reading() as db:
            missed = orders.list_missed(db, self.store_id)
        self._read_each(missed)

    def _read_each(self, external_ids: list[str]) -> None:
        """Read orders directly, one by one, and record them; note as missing those that are not there."""
        for external_id in filter(str.isdecimal, external_ids):  # other ids belong to channels without REST
            self._heed_stop()
            try:
                payload = self.client.order(external_id)
            except NotThere:
                with self.database.transaction() as db:
                    store = stores.get(db, self.store_id)
                    orders.note_missing(db, stores.channel(store), external_id)
            else:
                self.take([payload])

    def look_for_vanished(self, days_back: int = DAYS_BACK) -> None:
        """Find orders that count here but were trashed or deleted in the store.

        A trashed or deleted order appears in no list and may send no webhook, so all are requested by the
        hundred, and only a direct request decides about one that is missing. Listed orders are recorded as
        they are, also one that was restored from the trash.
        """
        since = clock.now() - timedelta(days=days_back)
        with self.database.reading() as db:
            counted = orders.list_counted(db, self.store_id, since)
            ids = [*counted, *orders.list_trashed(db, self.store_id, since)]
        known = set(counted)
        for some in _batched([found for found in ids if found.isdecimal()], ASK_AT_ONCE):
            self._heed_stop()
            listed = self.client.orders(list(some))
            self.take(listed)
            there = {str(payload.get("id")) for payload in listed}
            self._read_each([found for found in some if found not in there and found in known])


def _snapshot(payload: dict[str, Any]) -> OrderSnapshot:
    snapshot = woocommerce.read_order(payload, clock.now(), _raw(payload))
    return replace(snapshot, is_authoritative=True)


def _merged(snapshot: OrderSnapshot, items: list[dict[str, Any]]) -> tuple[RefundSnapshot, ...]:
    """Return the order's refunds with their quantities.

    A store that lost the order meanwhile, or a plugin, may leave refunds out; they still count.
    """
    told = {refund.external_id: refund for refund in woocommerce.read_refunds(items, snapshot.currency)}
    listed = [told.pop(refund.external_id, refund) for refund in snapshot.refunds]
    return (*listed, *told.values())


def _keep_failed(
    db: Connection, store: Row[Any], payload: dict[str, Any], refusal: str | None = None
) -> None:
    """Store an order like a failed delivery, so that the cursor can move on and the order is tried again.

    With a `refusal`, the sentence why it is not understood, only a person can try it again.
    """
    external_id = str(payload.get("id"))[:40]
    log.exception("order not recorded", extra={"fields": {"order": external_id}})
    webhook_inbox.keep_failed(db, store, external_id, _raw(payload).encode(), refusal)


def _since(store: Row[Any], began: datetime, overlap: timedelta) -> datetime | None:
    """Return the time to import from; None if the store was never read.

    The cursor is the store's clock. A cursor ahead of our clock was set by a clock that may have been
    corrected since; then everything that changed since the last import is read too.
    """
    if store.order_cursor is None:
        return None
    cursor: datetime = max(store.order_cursor, _FIRST_TIME)
    is_ahead = cursor > began + OVERLAP and store.polled_at is not None
    return min(cursor, store.polled_at) - OVERLAP if is_ahead else cursor - overlap


def asked(db: Connection, store_id: int) -> frozenset[str]:
    """Return the ids (in the store) of the orders that must be read again from it."""
    return frozenset(orders.list_unread(db, store_id))


def _batched(items: list[T], size: int) -> Iterator[list[T]]:
    # itertools.batched came with Python 3.12.
    return (items[start : start + size] for start in range(0, len(items), size))


def _raw(payload: dict[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace").decode()
