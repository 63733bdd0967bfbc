"""The watcher: every store shows a new count within seconds; a store that hangs keeps no other waiting."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest import mock

import pytest
from flask import Flask
from sqlalchemy import update

from tests.hub import Hub, running_hub
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stock import movements, products
from writer.stores.listings import check_all
from writer.sync.stock_push import watch

PATIENCE_S = 60


@pytest.fixture
def hub(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("writer.sync.stock_push.watcher.ASK_EVERY_S", 0.02)
    monkeypatch.setattr("writer.sync.stock_push.watcher.GRACE_S", 0.1)
    with running_hub(app, monkeypatch) as found:
        found.add_item(on_hand=100)
        yield found


@pytest.fixture
def watcher(hub: Hub) -> Iterator[None]:
    stop, is_at_work = threading.Event(), threading.Event()

    def should_stop() -> bool:
        is_at_work.set()
        return stop.is_set()

    thread = threading.Thread(target=watch, args=(hub.database, hub.vault, should_stop))
    thread.start()
    assert is_at_work.wait(PATIENCE_S)
    yield
    stop.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_told(hub: Hub, quantity: int, stores: Sequence[int] = (1, 2, 3)) -> bool:
    """Tell whether these stores show the quantity, and that is written down."""
    shown = hub.shown()
    noted = [hub.listing(store).confirmed_quantity for store in stores]
    return [shown[store - 1] for store in stores] == noted == [quantity] * len(stores)


def test_a_sale_is_pushed_without_being_asked_for(hub: Hub, watcher: None) -> None:
    hub.sell_here(2)

    wait_for(lambda: is_told(hub, 98))


def test_what_was_due_before_the_watcher_came_is_pushed(hub: Hub, request: pytest.FixtureRequest) -> None:
    hub.sell_here(2)

    request.getfixturevalue("watcher")

    wait_for(lambda: is_told(hub, 98))


def test_quick_sales_wait_for_each_other(hub: Hub, watcher: None) -> None:
    hub.sell_here(1)
    wait_for(lambda: is_told(hub, 99))
    for _ in range(5):
        hub.sell_here(1)
        time.sleep(0.1)
    assert hub.shown() == [99, 99, 99]

    hub.tick(7)

    wait_for(lambda: is_told(hub, 94))
    assert [len(fake.calls.writes()) for fake in hub.fakes] == [2, 2, 2]


def test_a_store_that_hangs_keeps_no_other_waiting(hub: Hub, watcher: None) -> None:
    hub.fakes[1].faults.hang_s = 60
    hub.sell_here(1)
    wait_for(lambda: is_told(hub, 99, (1, 3)))
    hub.tick(10)

    hub.sell_here(1)

    wait_for(lambda: is_told(hub, 98, (1, 3)))
    assert hub.fakes[1].stock("X") == 100


def test_a_refund_that_a_webhook_could_not_tell_fully_is_read_and_pushed(hub: Hub, watcher: None) -> None:
    order = hub.fakes[0].place_order([("X", 3)])
    hub.deliver()
    wait_for(lambda: is_told(hub, 97))
    hub.tick(10)

    hub.fakes[0].refund(order, {order.lines[0].id: 1}, restock=True)
    hub.deliver()

    wait_for(lambda: is_told(hub, 98))


@pytest.mark.sqlite_only  # on PostgreSQL the other tests' databases share the number that is watched
def test_a_store_that_waits_for_a_confirmation_leaves_the_database_alone(hub: Hub, watcher: None) -> None:
    for number in range(12):
        hub.add_item(f"S{number}")
    with hub.database.transaction() as db:
        db.execute(update(stores).values(buffer=1))
        for number in range(12):
            product = products.get(db, f"S{number}")
            movements.record(db, [movements.Movement(product.id, -1, "sale", clock.now(), "ada")])
    wait_for(lambda: all(hub.store(store).mass_change is not None for store in (1, 2, 3)))
    with hub.database.watching() as version:

        def is_quiet() -> bool:
            before = version()
            time.sleep(0.5)
            return version() == before

        wait_for(is_quiet)


def poll_no_store(hub: Hub) -> None:
    wait_for(lambda: all(hub.store(store).polled_at is not None for store in (1, 2, 3)))
    with hub.database.transaction() as db:
        db.execute(update(stores).values(poll_interval_s=0))
    for fake in hub.fakes:
        fake.calls.clear()


def let_somebody_change_the_number(hub: Hub) -> None:
    hub.fakes[0].set_stock("X", 55)
    with hub.database.transaction() as db:
        check_all(db, 1)


def test_a_number_that_nothing_explains_costs_a_handful_of_calls_until_the_second_look(
    hub: Hub, watcher: None
) -> None:
    poll_no_store(hub)
    let_somebody_change_the_number(hub)
    wait_for(lambda: hub.listing(1).unexplained_at is not None)

    for seconds in range(10):  # each commit wakes the watcher
        hub.tick(4)
        hub.add_item(f"OTHER{seconds}")
        time.sleep(0.06)

    assert 0 < len(hub.fakes[0].calls) <= 5
    hub.tick(13)
    wait_for(lambda: hub.shown()[0] == 100)
    assert len(hub.fakes[0].calls) <= 10


def test_a_number_that_nothing_explained_is_looked_at_with_the_next_count(hub: Hub, watcher: None) -> None:
    let_somebody_change_the_number(hub)
    wait_for(lambda: hub.listing(1).unexplained_at is not None)
    hub.fakes[0].set_stock("X", 100)

    hub.sell_here(1)

    wait_for(lambda: is_told(hub, 99))


def test_an_order_that_stays_open_after_it_was_read_is_not_read_every_second(
    hub: Hub, watcher: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll_no_store(hub)
    order = hub.fakes[0].place_order([("X", 1)])
    hub.deliver()
    monkeypatch.setattr("writer.orders.record", mock.Mock(side_effect=RuntimeError))
    with hub.database.transaction() as db:
        db.execute(update(orders).values(needs_reading="refund quantities"))

    for seconds in range(10):
        hub.tick(4)
        hub.add_item(f"OTHER{seconds}")
        time.sleep(0.06)

    asked = [call for call in hub.fakes[0].calls if call.path.endswith(f"/orders/{order.id}")]
    assert len(asked) == 1


def list_calls(hub: Hub, store: int) -> list[str]:
    """Return from when on each list of orders was asked for."""
    calls = hub.fakes[store - 1].calls.find("GET", "/orders")
    return [call.query["modified_after"] for call in calls]


def test_a_sale_is_seen_and_pushed_without_any_webhook(hub: Hub, watcher: None) -> None:
    wait_for(lambda: all(hub.store(store).polled_at is not None for store in (1, 2, 3)))
    hub.fakes[0].place_order([("X", 3)])
    hub.tick(15)

    wait_for(lambda: hub.shown() == [97, 97, 97])

    assert hub.on_hand() == 97


def test_a_quiet_store_answers_one_call_with_nothing_new(hub: Hub, watcher: None) -> None:
    hub.fakes[0].place_order([("X", 1)])
    wait_for(lambda: is_told(hub, 99))
    hub.tick(290)
    wait_for(lambda: hub.store(1).polled_at == hub.now())
    hub.tick(15)
    wait_for(lambda: hub.store(1).polled_at == hub.now())
    hub.fakes[0].calls.clear()
    hub.tick(15)
    wait_for(lambda: hub.store(1).polled_at == hub.now())

    assert len(hub.fakes[0].calls) == 1
    assert list_calls(hub, 1) == [f"{hub.store(1).order_cursor:%Y-%m-%dT%H:%M:%S}"]


@pytest.mark.parametrize(
    "settings",
    [{"poll_interval_s": 0}, {"push_state": "off"}, {"is_active": False}, {"order_cursor": None}],
    ids=str,
)
def test_only_a_store_that_is_pushed_to_and_was_read_is_polled(
    hub: Hub, request: pytest.FixtureRequest, settings: dict[str, Any]
) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).where(stores.c.id == 2).values(**settings))

    request.getfixturevalue("watcher")

    wait_for(lambda: all(hub.store(store).polled_at is not None for store in (1, 3)))
    assert list_calls(hub, 2) == []


def test_a_store_that_is_down_is_left_alone_until_it_may_be_called(hub: Hub, watcher: None) -> None:
    wait_for(lambda: hub.store(1).polled_at is not None)
    hub.fakes[0].faults.broken = True
    hub.tick(15)
    wait_for(lambda: hub.store(1).next_call_at is not None)
    calls = len(hub.fakes[0].calls)

    for number in range(5):
        hub.tick(5)
        hub.add_item(f"OTHER{number}")
        time.sleep(0.06)

    assert len(hub.fakes[0].calls) == calls
