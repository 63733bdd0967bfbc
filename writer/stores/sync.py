"""Reading a store's orders: what its webhooks lost is found here. Reading again is free, so it overlaps.

The cursor is the largest date_modified_gmt *seen*, the store's clock, never ours; it moves only when every
page was read. HTTP is done while no transaction is open.
"""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, update
from sqlalchemy.exc import OperationalError

from writer import clock, orders
from writer.db import Database
from writer.orders import OrderSnapshot
from writer.schema.stores import stores
from writer.stores import deliveries, registry, translate
from writer.stores.client import Client
from writer.stores.problems import NotThere

T = TypeVar("T")

log = logging.getLogger("writer.stores")

OVERLAP = timedelta(minutes=5)
DAYS_BACK = 30
AT_ONCE = 20  # orders in one transaction: few commits, and nobody waits long for the lock
ASK_AT_ONCE = 100


class Stopped(Exception):
    """The reading was asked to end; what was read is recorded, the cursor has not moved."""


@dataclass
class Read:
    """What a reading of orders came to."""

    seen: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Reader:
    """One reading of a store under way: where to, from whom, and how to end it."""

    database: Database
    client: Client
    store_id: int
    progress: Callable[[Read], None] = lambda _read: None
    is_stopping: Callable[[], bool] = lambda: False
    cause: str = "poll"  # as the history of an order names it

    def take(self, payloads: list[dict[str, Any]], read: Read) -> list[OrderSnapshot]:
        """Record orders as the store just told them, refunds' quantities with them; return what they said."""
        taken = []
        for few in _batched(payloads, AT_ONCE):
            if self.is_stopping():
                raise Stopped
            told = [(payload, self._snapshot(payload)) for payload in few]
            with self.database.transaction() as db:
                for payload, snapshot in told:
                    self._record(db, payload, snapshot, read)
            taken += [snapshot for _, snapshot in told if snapshot is not None]
            self.progress(read)
        return taken

    def _snapshot(self, payload: dict[str, Any]) -> OrderSnapshot | None:
        try:
            snapshot = translate.order(payload, clock.now(), _raw(payload))
        except translate.Refusal:
            return None
        if snapshot.refunds:
            with self.database.reading() as db:
                known = orders.known_refunds(db, self.store_id, snapshot.external_id)
            if any(refund.external_id not in known for refund in snapshot.refunds):
                # Quantities are not in the order itself.
                told = translate.refunds(self.client.refunds(snapshot.external_id), snapshot.currency)
                snapshot = replace(snapshot, refunds=told)
        return replace(snapshot, is_authoritative=True)

    def _record(
        self, db: Connection, payload: dict[str, Any], snapshot: OrderSnapshot | None, read: Read
    ) -> None:
        read.seen += 1
        if snapshot is None:
            read.refused += 1
            return
        store = registry.get(db, self.store_id)
        try:
            with db.begin_nested():
                done = orders.record(db, registry.channel(store), snapshot, self.cause)
        except OperationalError:
            raise  # the database itself
        except Exception:
            # Kept as if delivered: the cursor may move on, and it is tried again until it goes well.
            log.exception("order not recorded", extra={"fields": {"order": snapshot.external_id}})
            deliveries.keep_failed(db, store, snapshot.external_id, _raw(payload).encode())
            read.refused += 1
            return
        read.created += done.is_new
        read.updated += done.outcome == "recorded" and not done.is_new
        read.unchanged += done.outcome != "recorded"

    def poll(self, days_back: int | None = None, first_days_back: int = DAYS_BACK) -> Read:
        """Read every order that changed since the cursor, or in the last `days_back` days where given.

        Afterwards cursor and polled_at have moved. Raises StoreError where a page cannot be read, Stopped:
        what was read by then is recorded, the cursor stays, so nothing is skipped.
        """
        began = clock.now()
        with self.database.reading() as db:
            cursor = registry.get(db, self.store_id).order_cursor
        since = cursor - OVERLAP if cursor is not None else began - timedelta(days=first_days_back)
        if days_back is not None:
            since = min(since, began - timedelta(days=days_back))
        newest, read = cursor, Read()
        for page in self.client.orders_pages(since):
            versions = [
                snapshot.version for snapshot in self.take(page, read) if snapshot.version is not None
            ]
            newest = max([*versions, *([newest] if newest is not None else [])], default=None)
        with self.database.transaction() as db:
            values = {"polled_at": began, "order_cursor": newest, "last_contact_at": clock.now()}
            db.execute(update(stores).where(stores.c.id == self.store_id).values(**values))
        return read

    def read_asked(self) -> Read:
        """Read again the orders a webhook could not tell fully: refunds, two states of one second."""
        with self.database.reading() as db:
            asked = orders.list_unread(db, self.store_id)
        read = Read()
        for external_id in asked:
            self.read_one(external_id, read)
        return read

    def read_one(self, external_id: str, read: Read) -> None:
        """Read one order directly and record it; one that is not there any more is noted as missing."""
        try:
            payload = self.client.order(external_id)
        except NotThere:
            with self.database.transaction() as db:
                store = registry.get(db, self.store_id)
                orders.note_missing(db, registry.channel(store), external_id)
            return
        self.take([payload], read)

    def look_for_vanished(self, days_back: int = DAYS_BACK) -> Read:
        """Look directly at orders that count and that the store lists no more: trashed or deleted there.

        A trashed or deleted order appears in no list and may send no webhook, so the list of ids is asked
        for by the hundred, and only a direct look decides.
        """
        with self.database.reading() as db:
            ids = orders.list_counted(db, self.store_id, clock.now() - timedelta(days=days_back))
        read = Read()
        for some in _batched(ids, ASK_AT_ONCE):
            there = {str(payload.get("id")) for payload in self.client.orders(list(some))}
            for external_id in some:
                if external_id not in there:
                    self.read_one(external_id, read)
        return read


def has_asked(db: Connection, store_id: int) -> bool:
    """Tell whether the store must be asked about any order."""
    return bool(orders.list_unread(db, store_id))


def _batched(items: list[T], size: int) -> Iterator[list[T]]:
    # itertools.batched came with Python 3.12.
    return (items[start : start + size] for start in range(0, len(items), size))


def _raw(payload: dict[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace").decode()
