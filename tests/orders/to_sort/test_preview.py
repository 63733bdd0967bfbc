"""What a decision would do, as it is said before, is what it then does: lines, public total, stock."""

import random
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, select

from tests.orders.to_sort import test_take_back as decisions
from tests.orders.to_sort.shop import open_shop, sell_at_random, sell_nameless
from tests.sizes import size
from writer.db import Database
from writer.db.schema.products import products
from writer.lib.store_scope import EVERYTHING
from writer.orders.to_sort import actions, preview
from writer.orders.to_sort.preview import Preview
from writer.sales import product_types
from writer.sales.public_page import Dial, queries, set_dial

DIALS = (
    Dial(),
    Dial(rounding=10, opening_balance=37),
    Dial(hidden=frozenset({("Ice", "28pin")})),
    Dial(hidden=frozenset({("Ice", None), (None, "")}), counts_hidden=True),
    Dial(is_delayed=True),
)


def of_rule(db: Connection, store_id: int) -> Preview:
    return preview.preview_rule(db, "KIT", ("Ice", "28pin"))


def of_itself(db: Connection, store_id: int) -> Preview:
    return preview.preview_rule(db, "MUG", ("Blue mug", ""))


def of_ignoring(db: Connection, store_id: int) -> Preview:
    return preview.preview_ignore(db, "gift")


def of_choosing_itself(db: Connection, store_id: int) -> Preview:
    return preview.preview_choice(db, "itself")


def of_choosing_types(db: Connection, store_id: int) -> Preview:
    return preview.preview_choice(db, "types")


def of_mapping(db: Connection, store_id: int) -> Preview:
    return preview.preview_product(db, store_id, 13, 0, "X")


@pytest.mark.parametrize(
    ("counting", "foresee", "decide"),
    [
        ("types", of_rule, decisions.add_rule),
        ("types", of_itself, decisions.count_as_itself),
        ("itself", of_ignoring, decisions.ignore),
        ("types", of_choosing_itself, decisions.choose_itself),
        ("itself", of_choosing_types, decisions.choose_types),
        (None, of_mapping, decisions.map_product),
    ],
)
@pytest.mark.parametrize("seed", range(size(5, 30)))
def test_what_is_foreseen_is_what_happens(
    database: Database,
    counting: str | None,
    foresee: Callable[[Connection, int], Preview],
    decide: decisions.Decide,
    seed: int,
) -> None:
    store_id, chance = open_shop(database, counting), random.Random(seed)
    sell_at_random(database, store_id, chance)
    sell_nameless(database, store_id)
    with database.transaction() as db:
        if decide is decisions.map_product:
            product_types.add_rule(db, "ada", "x", "Ice", "24pin")
        set_dial(db, "ada", DIALS[seed % len(DIALS)])
    with database.reading() as db:
        foreseen = foresee(db, store_id)
        assert queries.preview(db).total == foreseen.total_before
        on_hand = {row.sku: row.on_hand for row in db.execute(select(products))}

    decisions.decided(database, store_id, _without_its_rule(decide))

    with database.reading() as db:
        assert queries.preview(db).total == foreseen.total_after
        now = {row.sku: row.on_hand for row in db.execute(select(products))}
    changed = tuple((sku, on_hand[sku], now[sku]) for sku in sorted(now) if on_hand[sku] != now[sku])
    assert foreseen.stock == changed


def _without_its_rule(decide: decisions.Decide) -> decisions.Decide:
    if decide is not decisions.map_product:
        return decide
    return lambda db, store_id: actions.map_product(db, EVERYTHING, "ada", store_id, 13, 0, "X")
