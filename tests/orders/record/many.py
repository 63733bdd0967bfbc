"""Many orders of several stores, made at once and at random but the same each time."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from writer.db import Database, insert_row
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores

FIRST = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
STATUSES = ("processing", "completed", "completed", "completed", "on-hold", "failed", "refunded")


def add_stores(database: Database, *names: str) -> list[int]:
    """Return the ids of new stores of these names."""
    with database.transaction() as db:
        return [
            insert_row(db, stores, name=name, source=f"{name}.example", created_at=FIRST) for name in names
        ]


def add_orders(database: Database, store_ids: list[int], how_many: int, days: int = 400) -> None:
    """Make orders that differ in everything a list can be filtered or sorted by, some of them cleaned up."""
    chance = random.Random(7)
    with database.transaction() as db:
        db.execute(insert(orders), [_order(chance, store_ids, n, days) for n in range(1, how_many + 1)])


def _order(chance: random.Random, store_ids: list[int], number: int, days: int) -> dict[str, Any]:
    made = FIRST + timedelta(minutes=chance.randrange(days * 24 * 60))
    return {
        "store_id": chance.choice(store_ids),
        "external_id": str(number),
        "number": str(number),
        "status": chance.choice(STATUSES),
        "snapshot_hash": "",
        "created_at": made,
        "changed_at": chance.choice([None, made + timedelta(hours=chance.randrange(3000))]),
        "currency": "EUR",
        "total_minor": chance.choice([2400, 2400, 2400, 3600, chance.randrange(1_000_000)]),
        "customer_name": "Ada Lovelace",
        "customer_email": f"ada{number}@example.test",
        "customer_key": "ada lovelace",
        "customer_turned": "lovelace ada",
        "recorded_at": made,
        "is_cached": chance.random() > 0.1,
    }
