"""Order lines follow a decision some at a time, so that deliveries come between."""

import random

import pytest

from tests.orders.to_sort.shop import open_shop, sell_at_random, sell_nameless
from writer.db import Database
from writer.lib.store_scope import EVERYTHING
from writer.orders.to_sort import actions, finish_all, sortings
from writer.orders.to_sort.follow import follow

pytestmark = pytest.mark.postgres


def test_an_order_is_recorded_while_others_still_follow(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_id, chance = open_shop(database), random.Random(5)
    for _ in range(3):
        sell_at_random(database, store_id, chance, most=8)
    monkeypatch.setattr("writer.db.batches.FIRST_CHANGED", 1)
    with database.transaction() as db:
        sorting_id = actions.add_rule(db, "ada", "KIT", "Ice", "28pin")
    asked: list[int] = []

    def deliver_once_between() -> bool:
        asked.append(1)
        if len(asked) == 2:
            sell_nameless(database, store_id)  # it would wait for ever for a lock that is held
        return False

    assert follow(database, sorting_id, deliver_once_between)

    assert len(asked) > 2
    with database.reading() as db:
        assert sortings.get(db, EVERYTHING, sorting_id).is_finished


def test_what_a_request_leaves_is_counted_so_far_and_finished_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_id, chance = open_shop(database), random.Random(5)
    for _ in range(3):
        sell_at_random(database, store_id, chance, most=8)
    monkeypatch.setattr("writer.db.batches.FIRST_CHANGED", 1)
    with database.transaction() as db:
        sorting_id = actions.add_rule(db, "ada", "KIT", "Ice", "28pin")
    looks: list[int] = []

    def stop_after_one() -> bool:
        looks.append(1)
        return len(looks) > 1

    is_done = follow(database, sorting_id, stop_after_one)

    with database.reading() as db:
        so_far = sortings.get(db, EVERYTHING, sorting_id)
    assert not is_done
    assert not so_far.is_finished
    assert finish_all(database) == 1
    with database.reading() as db:
        whole = sortings.get(db, EVERYTHING, sorting_id)
    assert whole.is_finished
    assert whole.lines > so_far.lines > 0
