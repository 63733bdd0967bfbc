"""Reading a store's orders: what its webhooks lost is found here. Reading again is free, so it overlaps.

The cursor is the largest date_modified_gmt *seen*, the store's clock, never ours; it moves only when every
page was read.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, update

from writer import clock, orders
from writer.db import Database
from writer.orders import OrderSnapshot, Recorded
from writer.schema.stores import stores
from writer.stores import registry, translate
from writer.stores.client import Client
from writer.stores.problems import NotThere

OVERLAP = timedelta(minutes=5)
DAYS_BACK = 30


@dataclass
class Read:
    """What a reading of orders came to."""

    seen: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


def poll(
    database: Database,
    client: Client,
    store_id: int,
    days_back: int = DAYS_BACK,
    progress: Callable[[Read], None] = lambda _read: None,
) -> Read:
    """Read every order of a store that changed since the cursor, and record each.

    Afterwards cursor and polled_at have moved. Raises StoreError where a page cannot be read: what was
    read by then is recorded, the cursor stays, so nothing is skipped.
    """
    began = clock.now()
    with database.reading() as db:
        cursor = registry.get(db, store_id).order_cursor
    newest = cursor
    since = cursor - OVERLAP if cursor is not None else began - timedelta(days=days_back)
    read = Read()
    for page in client.orders_pages(since):
        for payload in page:
            snapshot = _record(database, client, store_id, payload, read)
            if snapshot is not None and snapshot.version is not None:
                newest = max(newest or snapshot.version, snapshot.version)
        progress(read)
    with database.transaction() as db:
        values = {"polled_at": began, "order_cursor": newest, "last_contact_at": clock.now()}
        db.execute(update(stores).where(stores.c.id == store_id).values(**values))
    return read


def read_asked(database: Database, client: Client, store_id: int) -> Read:
    """Read again the orders whose state a webhook could not tell fully: refunds, ties of one second."""
    with database.reading() as db:
        asked = orders.list_unread(db, store_id)
    read = Read()
    for external_id in asked:
        read_order(database, client, store_id, external_id, read)
    return read


def has_asked(db: Connection, store_id: int) -> bool:
    """Tell whether the store must be asked about any order."""
    return bool(orders.list_unread(db, store_id))


def read_order(
    database: Database, client: Client, store_id: int, external_id: str, read: Read | None = None
) -> None:
    """Read one order directly and record it; one that is not there any more is noted as missing."""
    try:
        payload = client.order(int(external_id))
    except NotThere:
        with database.transaction() as db:
            store = registry.get(db, store_id)
            orders.note_missing(db, registry.channel(store), external_id)
        return
    _record(database, client, store_id, payload, read or Read())


def _record(
    database: Database, client: Client, store_id: int, payload: dict[str, Any], read: Read
) -> OrderSnapshot | None:
    """Record one order as the store just told it, its refunds' quantities with it."""
    read.seen += 1
    try:
        snapshot = translate.order(payload, clock.now(), _raw(payload))
    except translate.Refusal:
        read.refused += 1
        return None
    with database.reading() as db:
        known = orders.known_refunds(db, store_id, snapshot.external_id) if snapshot.refunds else set()
    if any(refund.external_id not in known for refund in snapshot.refunds):
        # Quantities are not in the order itself; the request is made while no transaction is open.
        told = translate.refunds(client.refunds(int(snapshot.external_id)), snapshot.currency)
        snapshot = replace(snapshot, refunds=told)
    with database.transaction() as db:
        store = registry.get(db, store_id)
        authoritative = replace(snapshot, is_authoritative=True)
        done: Recorded = orders.record(db, registry.channel(store), authoritative, "poll")
    if done.outcome == "recorded":
        read.changed += 1
    else:
        read.unchanged += 1
    return snapshot


def _raw(payload: dict[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace").decode()
