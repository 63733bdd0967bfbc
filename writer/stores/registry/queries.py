"""Reads for the pages of stores: stores, the dates of their secrets, the problems of their webhooks."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from writer.db.schema.orders import orders
from writer.db.schema.stores import store_secrets, stores
from writer.lib import clock
from writer.lib.store_scope import StoreScope


@dataclass(frozen=True)
class SecretState:
    """What a store's deliveries may be signed with, without the secrets themselves."""

    own_since: datetime | None  # None: the shared secret, there is no own one
    old_until: datetime | None  # the one before is good until then; None: no longer


def list_stores(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    """Return every store that is seen, by name."""
    return list(
        db.execute(select(stores).where(store_scope.of(stores.c.id)).order_by(stores.c.name, stores.c.id))
    )


def last_orders(db: Connection, store_ids: list[int]) -> dict[int, Row[Any]]:
    """Return the newest order (id, number, created_at) of each of these stores that has one, by its id."""
    found: dict[int, Row[Any]] = {}
    for store_id in store_ids:
        newest: Select[Any] = select(orders.c.id, orders.c.number, orders.c.created_at)
        newest = newest.where(orders.c.store_id == store_id, ~orders.c.is_trashed)
        row = db.execute(newest.order_by(orders.c.created_at.desc(), orders.c.id.desc()).limit(1)).first()
        if row is not None:
            found[store_id] = row
    return found


def list_statuses(db: Connection, store_id: int) -> list[str]:
    """Return every status that orders of the store have, by name; not the trash, which is none of theirs."""
    of_store = (orders.c.store_id == store_id) & ~orders.c.is_trashed
    found = select(orders.c.status).where(of_store).distinct()
    return list(db.execute(found.order_by(orders.c.status)).scalars())


def secret_state(db: Connection, store: Row[Any]) -> SecretState:
    """Return since when the store has its own secret, and until when the one before is good."""
    mine = store_secrets.c.store_id == store.id
    rows = db.execute(select(store_secrets.c.created_at, store_secrets.c.valid_until).where(mine)).all()
    own_since = max((row.created_at for row in rows if row.valid_until is None), default=None)
    ends = [row.valid_until for row in rows] + [store.shared_secret_until]
    return SecretState(own_since, max((end for end in ends if end and end > clock.now()), default=None))


def webhook_problems(store: Row[Any]) -> list[str] | None:
    """Return what is wrong with the webhooks of a store; [] nothing, None where they were not checked yet."""
    if store.webhook_problems is None:
        return None
    found: list[str] = json.loads(store.webhook_problems)
    return found
