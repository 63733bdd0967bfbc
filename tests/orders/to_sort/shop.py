"""A small shop with orders at random: of products that nothing knows, that a rule knows, that are counted."""

import random
from datetime import UTC, datetime, timedelta

from writer import orders, stock
from writer.db import Database, insert_row
from writer.db.schema.stores import stores
from writer.orders.record import Channel, LineSnapshot, OrderSnapshot
from writer.sales import product_types

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SKUS = ("KIT-1", "KIT-2", "MUG", "", "fire24", "GIFT")
STATUSES = ("processing", "completed", "refunded", "cancelled", "on-hold", "pending")


def open_shop(database: Database, counting: str | None = "types") -> int:
    """Return the id of a store; MUG is counted since the day before, X since the afternoon."""
    with database.transaction() as db:
        product_types.set_counting(db, "ada", counting)
        stock.add_product(db, "ada", "MUG", 50, NOON - timedelta(days=1), name="Blue mug")
        stock.add_product(db, "ada", "X", 50, NOON + timedelta(hours=2))
        return insert_row(db, stores, name="shop", source="shop.example", created_at=NOON)


def sell_at_random(database: Database, store_id: int, chance: random.Random, most: int = 6) -> None:
    """Record a state of each of a few orders, new or later than the last."""
    for number in range(1, chance.randrange(2, most)):
        skus = [chance.choice(SKUS) for _ in range(chance.randrange(1, 5))]
        lines = tuple(
            LineSnapshot(
                str(n),
                chance.randrange(1, 5),
                sku=sku,
                product_id=10 + SKUS.index(sku),
                name=f"Product {sku}".strip(),
            )
            for n, sku in enumerate(skus, 1)
        )
        made = NOON + timedelta(hours=number)
        changed = made + timedelta(seconds=chance.randrange(1, 100_000))
        state = chance.choice(STATUSES)
        snapshot = OrderSnapshot(str(number), state, lines, made, changed, number=str(number))
        with database.transaction() as db:
            orders.record(db, Channel(store_id, "shop"), snapshot, "test")


def sell_nameless(database: Database, store_id: int) -> None:
    """Record an order of two of the product 13, which has no SKU in the store."""
    line = LineSnapshot("1", 2, product_id=13, name="Nameless")
    snapshot = OrderSnapshot("99", "processing", (line,), NOON + timedelta(hours=9), number="99")
    with database.transaction() as db:
        orders.record(db, Channel(store_id, "shop"), snapshot, "test")
