"""Taking back what lines were matched by: afterwards all is as if it had never been."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.orders.record.everything import everything
from tests.sizes import size
from writer import orders, stock
from writer.db import Database, insert_row
from writer.db.schema.orders import order_lines
from writer.db.schema.stores import stores
from writer.orders.record import (
    Channel,
    LineSnapshot,
    OrderSnapshot,
    Reason,
    list_reopened,
    reopen_orders,
    unsay_product,
)
from writer.sales import product_types

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SKUS = ("KIT-1", "KIT-2", "MUG", "", "fire24")
STATUSES = ("processing", "completed", "refunded", "cancelled", "on-hold", "pending")


@pytest.fixture
def store_id(database: Database) -> int:
    """A store; of what it sells MUG and X are counted, X only since the afternoon."""
    with database.transaction() as db:
        product_types.set_counting(db, "ada", "types")
        stock.add_product(db, "ada", "MUG", 50, NOON - timedelta(days=1))
        stock.add_product(db, "ada", "X", 50, NOON + timedelta(hours=2))
        return insert_row(db, stores, name="shop", source="shop.example", created_at=NOON)


def sell(database: Database, store_id: int, chance: random.Random, number: int, step: int) -> None:
    """Record a state of an order: some lines, of products that no rule knows or that one does."""
    lines = tuple(
        LineSnapshot(
            str(n), chance.randrange(1, 5), sku=SKUS[n % len(SKUS)], product_id=10 + n, name=f"Product {n}"
        )
        for n in range(1 + number % 4, 4 + number % 3)
    )
    made = NOON + timedelta(hours=number)
    snapshot = OrderSnapshot(
        str(number),
        chance.choice(STATUSES),
        lines,
        made,
        made + timedelta(minutes=step),
        number=str(number),
    )
    with database.transaction() as db:
        orders.record(db, Channel(store_id, "shop"), snapshot, "test")


def by_rule(database: Database, store_id: int) -> tuple[Callable[[Any], None], Callable[[Any], None]]:
    def add(db: Any) -> None:
        product_types.add_rule(db, "ada", "kit", "Ice", "28pin", sorting_id=7)
        orders.rematch_orders(db, orders.list_matchable(db), "rule")

    def remove(db: Any) -> None:
        product_types.remove_rules_of(db, "ada", 7)

    return add, remove


def by_mapping(database: Database, store_id: int) -> tuple[Callable[[Any], None], Callable[[Any], None]]:
    def add(db: Any) -> None:
        orders.say_product(db, store_id, 13, 0, "X", sorting_id=7)
        product_types.add_rule(db, "ada", "x", "Ice", "24pin")
        orders.rematch_product(db, store_id, 13, 0, "mapped")

    def remove(db: Any) -> None:
        unsay_product(db, store_id, 13, 0)

    return add, remove


@pytest.mark.parametrize("decided", [by_rule, by_mapping])
@pytest.mark.parametrize("seed", range(size(8, 60)))
def test_what_is_taken_back_has_never_been(
    database: Database, store_id: int, seed: int, decided: Callable[..., Any]
) -> None:
    chance = random.Random(seed)
    for number in range(1, 6):
        sell(database, store_id, chance, number, 0)
    add, remove = decided(database, store_id)
    before = everything(database)

    with database.transaction() as db:
        add(db)
    changed = everything(database)
    with database.transaction() as db:
        remove(db)
        reason = Reason(sorting_id=7)
        reopen_orders(db, list_reopened(db, reason), reason, "taken back")

    assert changed["lines"] != before["lines"]
    assert everything(database) == before


@pytest.mark.parametrize("seed", range(size(8, 60)))
@pytest.mark.parametrize("decided", [by_rule, by_mapping])
def test_what_came_and_changed_meanwhile_counts_as_nothing_either(
    database: Database, store_id: int, seed: int, decided: Callable[..., Any]
) -> None:
    chance = random.Random(seed)
    add, remove = decided(database, store_id)
    with database.transaction() as db:
        add(db)
    for step in range(3):
        for number in range(1, 6):
            sell(database, store_id, chance, number, step)

    with database.transaction() as db:
        remove(db)
        reason = Reason(sorting_id=7)
        reopen_orders(db, list_reopened(db, reason), reason, "taken back")

    after = everything(database)
    with database.reading() as db:
        of_kit = (order_lines.c.sku_key.like("kit%")) | (order_lines.c.product_id == 13)
        undone = db.execute(select(order_lines).where(of_kit)).all()
    assert {(row.model, row.sold, row.product_said_by) for row in undone} <= {(None, 0, None)}
    assert {key[1] for key in after["ledger"]} <= {"Fire"}
    assert after["on hand"][1] == 50


def test_what_another_rule_knows_by_now_counts_by_that(database: Database, store_id: int) -> None:
    sell(database, store_id, random.Random(1), 4, 0)
    with database.transaction() as db:
        product_types.add_rule(db, "ada", "kit", "Ice", "28pin", sorting_id=7)
        product_types.add_rule(db, "ada", "kit-1", "Ice", "28pin", sorting_id=8)
        orders.rematch_orders(db, orders.list_matchable(db), "rules")
    before = everything(database)

    with database.transaction() as db:
        product_types.remove_rules_of(db, "ada", 8)
        reason = Reason(sorting_id=8)
        reopen_orders(db, list_reopened(db, reason), reason, "taken back")

    after = everything(database)
    assert (after["ledger"], after["days"]) == (before["ledger"], before["days"])
    with database.reading() as db:
        assert set(db.execute(select(order_lines.c.type_rule_by)).scalars()) <= {7, None}
