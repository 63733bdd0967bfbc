"""Our clock or a store's jumps: nothing waits for the time that was, and nothing becomes a difference."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.hub import Hub
from writer.db.schema.differences import stock_differences
from writer.db.schema.products import products
from writer.db.schema.stores import stores
from writer.stores.listings import check_all

pytestmark = pytest.mark.hub(stores=2, items={"X": 100})
JUMPS = [timedelta(hours=1), timedelta(days=1), timedelta(days=-1), timedelta(hours=-1)]


def count_since_days_ago(hub: Hub) -> None:
    """What is dated before a count is part of it, so the counts here are older than any jump."""
    earlier = hub.now() - timedelta(days=3)
    with hub.database.transaction() as db:
        db.execute(update(stores).values(stock_from=earlier))
        db.execute(update(products).values(counted_from=earlier))


def sell_and_settle(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 1)])
    hub.sell_here(1)
    hub.settle()


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_our_clock_jumps_and_is_set_right(hub: Hub, jump: timedelta) -> None:
    own = hub.now()
    for fake in hub.fakes:
        fake.set_clock(own)
    sell_and_settle(hub)
    assert hub.shown() == [98, 98]

    hub.time += jump
    sell_and_settle(hub)
    hub.time -= jump
    for fake in hub.fakes:
        fake.set_clock(hub.now())
    sell_and_settle(hub)

    assert (hub.shown(), hub.on_hand()) == ([94, 94], 94)
    assert hub.rows(stock_differences) == []


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_stores_clock_jumps_and_is_set_right(hub: Hub, jump: timedelta) -> None:
    count_since_days_ago(hub)
    sell_and_settle(hub)
    store = hub.fakes[0]

    store.shift_clock(jump.total_seconds())
    sell_and_settle(hub)
    hub.deliver()
    store.shift_clock(-jump.total_seconds())
    sell_and_settle(hub)
    hub.deliver()
    hub.settle()

    assert (hub.shown(), hub.on_hand()) == ([94, 94], 94)
    assert hub.rows(stock_differences) == []


def test_a_store_that_failed_while_our_clock_was_ahead_is_called_once_it_is_right(hub: Hub) -> None:
    hub.time += timedelta(days=3)
    hub.fakes[1].faults.broken = True
    hub.sell_here(1)
    hub.push()
    hub.time -= timedelta(days=3)
    hub.fakes[1].faults.clear()

    hub.push()

    assert hub.shown() == [99, 99]


def test_a_difference_that_was_seen_while_our_clock_was_ahead_is_looked_at_again(hub: Hub) -> None:
    hub.time += timedelta(days=1)
    hub.fakes[1].set_stock("X", 55)
    with hub.database.transaction() as db:
        check_all(db, 2)
    hub.push()
    hub.time -= timedelta(days=1)

    for _ in range(3):
        hub.push()
        hub.tick(61)

    assert hub.shown() == [100, 100]
    assert len(hub.rows(stock_differences)) == 1
