"""A decision about what nothing here knew is taken back: all is as it was before, whatever came between."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from tests.orders.record.everything import everything
from tests.orders.to_sort.shop import NOON, open_shop, sell_at_random, sell_nameless
from tests.sizes import size
from writer import orders
from writer.db import Database
from writer.db.schema.movements import sold_days
from writer.db.schema.orders import order_lines, product_skus
from writer.db.schema.product_types import ignored_skus, sku_rules
from writer.db.schema.to_sort import sortings as sorting_rows
from writer.lib.errors import Conflict, NotFound
from writer.lib.store_scope import EVERYTHING, StoreScope
from writer.orders.record import Channel, LineSnapshot, OrderSnapshot, RefundSnapshot
from writer.orders.to_sort import actions, finish_all, sortings
from writer.orders.to_sort.follow import follow
from writer.sales import product_types

pytestmark = pytest.mark.postgres
Decide = Callable[[Connection, int], int]


def add_rule(db: Connection, store_id: int) -> int:
    return actions.add_rule(db, "ada", "KIT", "Ice", "28pin")


def count_as_itself(db: Connection, store_id: int) -> int:
    return actions.count_as_itself(db, "ada", "MUG", "Blue mug")


def remove_rule(db: Connection, store_id: int) -> int:
    rule = next(rule for rule in product_types.list_rules(db) if rule.prefix == "fire24")
    return actions.remove_rule(db, "ada", rule.id)


def ignore(db: Connection, store_id: int) -> int:
    return actions.ignore_sku(db, "ada", "Gift")


def unignore(db: Connection, store_id: int) -> int:
    return actions.unignore_sku(db, "ada", "GIFT")


def map_product(db: Connection, store_id: int) -> int:
    product_types.add_rule(db, "ada", "x", "Ice", "24pin")
    return actions.map_product(db, EVERYTHING, "ada", store_id, 13, 0, "X")


def choose_itself(db: Connection, store_id: int) -> int:
    return actions.choose_counting(db, "ada", "itself")


def choose_types(db: Connection, store_id: int) -> int:
    return actions.choose_counting(db, "ada", "types")


def decided(database: Database, store_id: int, decide: Decide) -> int:
    """Decide, and let all order lines follow."""
    with database.transaction() as db:
        sorting_id = decide(db, store_id)
    assert follow(database, sorting_id)
    return sorting_id


def take_back(database: Database, sorting_id: int, who: str = "sam") -> None:
    with database.transaction() as db:
        sortings.take_back(db, EVERYTHING, who, sorting_id)
    assert follow(database, sorting_id)


def rules_and_mappings(database: Database) -> list[object]:
    with database.reading() as db:
        rules = select(sku_rules.c.prefix, sku_rules.c.model, sku_rules.c.variant, sku_rules.c.sorting_id)
        said = select(product_skus.c.product_id, product_skus.c.sku)
        found = [sorted(map(tuple, db.execute(rules))), sorted(map(tuple, db.execute(said)))]
        ignored = sorted(db.execute(select(ignored_skus.c.sku)).scalars())
        return [*found, ignored, product_types.get_counting(db)]


@pytest.mark.parametrize(
    ("counting", "decide"),
    [
        ("types", add_rule),
        ("types", count_as_itself),
        ("types", remove_rule),
        ("types", choose_itself),
        ("itself", ignore),
        ("itself", unignore),
        ("itself", choose_types),
        (None, choose_itself),
        (None, choose_types),
        (None, add_rule),
        ("types", map_product),
        (None, map_product),
    ],
)
@pytest.mark.parametrize("seed", range(size(4, 40)))
def test_taken_back_at_once_everything_is_as_before(
    database: Database, counting: str | None, decide: Decide, seed: int
) -> None:
    store_id, chance = open_shop(database, counting), random.Random(seed)
    if decide is unignore:
        with database.transaction() as db:
            product_types.ignore_sku(db, "ada", "GIFT")
    sell_at_random(database, store_id, chance)
    if decide is map_product:
        sell_nameless(database, store_id)
    before, ruled = everything(database), rules_and_mappings(database)

    take_back(database, decided(database, store_id, decide))

    assert everything(database) == before
    if decide is not map_product:  # which first adds a rule, for the test
        assert rules_and_mappings(database) == ruled


@pytest.mark.parametrize("decide", [add_rule, ignore, choose_itself])
@pytest.mark.parametrize("seed", range(size(4, 40)))
def test_what_was_sold_meanwhile_counts_as_if_it_had_never_been(
    database: Database, decide: Decide, seed: int
) -> None:
    """Orders that come while the decision holds end as they do in a shop that never decided it."""
    counting = "itself" if decide is ignore else "types"
    store_id, chance = open_shop(database, counting), random.Random(seed)
    sell_at_random(database, store_id, chance)
    sorting_id = decided(database, store_id, decide)
    sell_at_random(database, store_id, chance)

    take_back(database, sorting_id)

    with database.reading() as db:
        of_it = (order_lines.c.type_rule_by == sorting_id) | (order_lines.c.product_said_by == sorting_id)
        assert db.execute(select(order_lines.c.id).where(of_it)).all() == []
        lines = db.execute(select(order_lines).where(~order_lines.c.is_removed)).all()
    for line in lines:
        is_counted = line.sku_key == "fire24" or counting == "itself"
        assert (line.model is not None) == is_counted
        assert line.sold == (line.sold_due if is_counted else 0)


def test_each_decision_is_taken_back_once(database: Database) -> None:
    store_id = open_shop(database)
    sorting_id = decided(database, store_id, add_rule)
    take_back(database, sorting_id)

    with database.transaction() as db, pytest.raises(Conflict) as refused:
        sortings.take_back(db, EVERYTHING, "eve", sorting_id)

    assert "by sam" in refused.value.sentence


def test_a_rule_is_not_restored_over_another_of_its_prefix(database: Database) -> None:
    store_id = open_shop(database)
    sorting_id = decided(database, store_id, remove_rule)
    with database.transaction() as db:
        product_types.add_rule(db, "ada", "fire24", "Ice", "24pin")

    with pytest.raises(Conflict), database.transaction() as db:
        sortings.take_back(db, EVERYTHING, "sam", sorting_id)

    with database.reading() as db:
        assert sortings.get(db, EVERYTHING, sorting_id).taken_back_at is None


def test_the_mapping_before_holds_again(database: Database) -> None:
    store_id = open_shop(database)
    sell_nameless(database, store_id)
    with database.transaction() as db:
        product_types.add_rule(db, "ada", "x", "Ice", "24pin")
        product_types.ignore_sku(db, "ada", "VOUCHER")
    decided(
        database,
        store_id,
        lambda db, _: actions.map_product(db, EVERYTHING, "ada", store_id, 13, 0, "VOUCHER"),
    )
    before = everything(database)

    take_back(
        database,
        decided(
            database, store_id, lambda db, _: actions.map_product(db, EVERYTHING, "ada", store_id, 13, 0, "X")
        ),
    )

    assert everything(database) == before
    with database.reading() as db:
        assert list(db.execute(select(product_skus.c.sku)).scalars()) == ["VOUCHER"]


def test_a_decision_about_a_store_that_is_not_seen_is_not_found(database: Database) -> None:
    store_id = open_shop(database)
    sell_nameless(database, store_id)
    sorting_id = decided(database, store_id, map_product)

    with database.transaction() as db, pytest.raises(NotFound):
        sortings.take_back(db, StoreScope(frozenset({store_id + 1})), "sam", sorting_id)


def test_what_a_crash_left_undone_is_done_later_and_nothing_twice(database: Database) -> None:
    store_id, chance = open_shop(database), random.Random(3)
    for _ in range(3):
        sell_at_random(database, store_id, chance)
    with database.transaction() as db:
        sorting_id = add_rule(db, store_id)
    follow(database, sorting_id, lambda: True)  # it ends before the first transaction

    assert finish_all(database) == 1

    first = everything(database)
    assert finish_all(database) == 0
    assert everything(database) == first
    with database.reading() as db:
        assert db.execute(select(sorting_rows.c.is_finished)).scalars().all() == [True]
        waiting = order_lines.c.sku_key.like("kit%") & order_lines.c.model.is_(None)
        assert db.execute(select(order_lines.c.id).where(waiting, ~order_lines.c.is_removed)).all() == []


def test_taken_back_while_it_is_still_applied_nothing_of_it_stays(database: Database) -> None:
    store_id, chance = open_shop(database), random.Random(3)
    sell_at_random(database, store_id, chance)
    before = everything(database)
    with database.transaction() as db:
        sorting_id = add_rule(db, store_id)
    follow(database, sorting_id, lambda: True)

    take_back(database, sorting_id)

    assert everything(database) == before


def said(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.execute(select(product_skus.c.sku)).scalars())


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_mappings_taken_back_in_any_order_nothing_is_left(
    database: Database, order: tuple[int, int]
) -> None:
    store_id = open_shop(database)
    sell_nameless(database, store_id)
    with database.transaction() as db:
        product_types.add_rule(db, "ada", "x", "Ice", "24pin")
        product_types.ignore_sku(db, "ada", "VOUCHER")
    before = everything(database)

    def to(sku: str) -> Decide:
        return lambda db, _: actions.map_product(db, EVERYTHING, "ada", store_id, 13, 0, sku)

    made = [decided(database, store_id, to("VOUCHER")), decided(database, store_id, to("X"))]
    take_back(database, made[order[0]])
    assert said(database) == [["X"], ["VOUCHER"]][order[0]]
    take_back(database, made[order[1]])

    assert (said(database), everything(database)) == ([], before)


def test_a_mapping_that_was_removed_since_stays_removed(database: Database) -> None:
    store_id = open_shop(database)
    sell_nameless(database, store_id)
    with database.transaction() as db:
        product_types.ignore_sku(db, "ada", "VOUCHER")
        product_types.add_rule(db, "ada", "x", "Ice", "24pin")

    def to(sku: str) -> Decide:
        return lambda db, _: actions.map_product(db, EVERYTHING, "ada", store_id, 13, 0, sku)

    decided(database, store_id, to("VOUCHER"))
    made = decided(database, store_id, to("X"))
    removed = decided(database, store_id, lambda db, _: actions.unmap_product(db, EVERYTHING, "ada", 1))

    take_back(database, made)
    assert said(database) == []
    take_back(database, removed)

    assert said(database) == ["VOUCHER"]  # what was said before the mapping that is taken back


def test_a_rule_whose_addition_was_taken_back_is_not_restored(database: Database) -> None:
    store_id = open_shop(database)
    added = decided(database, store_id, add_rule)
    removed = decided(
        database,
        store_id,
        lambda db, _: actions.remove_rule(
            db, "ada", next(rule.id for rule in product_types.list_rules(db) if rule.prefix == "kit")
        ),
    )
    take_back(database, added)

    with pytest.raises(Conflict), database.transaction() as db:
        sortings.take_back(db, EVERYTHING, "sam", removed)


def test_a_choice_that_is_sent_twice_is_taken_back_by_the_last_toast(database: Database) -> None:
    store_id = open_shop(database)
    first, second = (decided(database, store_id, choose_itself) for _ in range(2))

    take_back(database, second)

    assert first == second
    with database.reading() as db:
        assert product_types.get_counting(db) == "types"


def test_a_choice_is_not_taken_back_over_a_later_one(database: Database) -> None:
    store_id = open_shop(database, None)
    first = decided(database, store_id, choose_itself)
    decided(database, store_id, choose_types)

    with pytest.raises(Conflict), database.transaction() as db:
        sortings.take_back(db, EVERYTHING, "sam", first)

    with database.reading() as db:
        assert product_types.get_counting(db) == "types"


def test_what_was_refunded_meanwhile_counts_in_no_days_sales(database: Database) -> None:
    store_id = open_shop(database)
    sell_nameless(database, store_id)
    before = sold_by_day(database)
    for _ in range(2):
        sorting_id = decided(
            database,
            store_id,
            lambda db, _: actions.map_product(db, EVERYTHING, "ada", store_id, 13, 0, "MUG"),
        )
        refund_nameless(database, store_id)
        assert sold_by_day(database) != before

        take_back(database, sorting_id)

        assert sold_by_day(database) == before


def sold_by_day(database: Database) -> list[tuple[int, int, int]]:
    with database.reading() as db:
        return [tuple(row) for row in db.execute(select(sold_days).where(sold_days.c.units != 0))]


def refund_nameless(database: Database, store_id: int) -> None:
    """Let one unit of the nameless product be refunded and put back the day after."""
    line = LineSnapshot("1", 2, product_id=13, name="Nameless")
    refund = RefundSnapshot("7", 0, lines=(("1", 1),))
    made = NOON + timedelta(hours=9)
    snapshot = OrderSnapshot(
        "99", "processing", (line,), made, made + timedelta(days=1), number="99", refunds=(refund,)
    )
    with database.transaction() as db:
        orders.record(db, Channel(store_id, "shop"), snapshot, "test")
