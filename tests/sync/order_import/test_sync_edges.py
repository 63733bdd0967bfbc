"""The sync where stores misbehave: odd clocks, odd answers, orders that come back, stops at any moment."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.fake_services.woocommerce import FakeStore
from tests.hub import Hub
from tests.sync.order_import.test_runs import CRON, cached, read
from writer.commands import sync_orders
from writer.db.schema.orders import order_refunds, orders
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.stores import woocommerce
from writer.stores.woocommerce.answer import Answer
from writer.sync import order_import
from writer.sync.order_import import Plan, runs

pytestmark = pytest.mark.hub(stores=2, items={"FIRE24": 1000})

THOROUGH = Plan("cron", looks_for_vanished=True)


@pytest.fixture
def store(hub: Hub) -> FakeStore:
    return hub.fakes[0]


def answers(monkeypatch: pytest.MonkeyPatch, path: str, change: Callable[[Any], Any]) -> None:
    """Let what stores answer at this path be changed on its way."""
    real = Answer.json

    def changed(answer: Any) -> Any:
        found = real(answer)
        return change(found) if answer.url.endswith(path) else found

    monkeypatch.setattr(Answer, "json", changed)


@pytest.mark.parametrize(
    "lines",
    [["no line"], None, 7, {}, {"0": 7}, [{"id": 3, "quantity": -1, "meta_data": []}], [{"quantity": "x"}]],
)
def test_refunds_that_are_not_understood_hold_the_order_with_what_was_counted(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch, lines: Any
) -> None:
    order = store.place_order([("FIRE24", 5)])
    read(hub)
    hub.tick(60)
    store.refund(order, {"FIRE24": 2})

    answers(monkeypatch, "/refunds", lambda _found: [{"id": 5, "line_items": lines}])
    done = read(hub)

    assert (done["refused"], hub.sold()) == (1, 5)
    kept = [row for row in hub.rows(deliveries) if row.outcome == "failed"]
    assert len(kept) == 1
    assert "refund 5" in kept[0].sentence
    assert hub.open_notices() == ["delivery failed"]


def test_refunds_whose_lists_have_gaps_are_read(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = store.place_order([("FIRE24", 5)])
    store.refund(order, {"FIRE24": 2})

    answers(monkeypatch, "/refunds", lambda found: {"0": found[0] | {"line_items": gapped(found[0])}})
    read(hub)

    assert hub.sold() == 3


def gapped(refund: dict[str, Any]) -> dict[str, Any]:
    """Return a refund's lines as PHP writes a list with a gap, and their meta data likewise."""
    return {
        str(number * 2): line | {"meta_data": {"3": line["meta_data"][0]}}
        for number, line in enumerate(refund["line_items"])
    }


def test_an_order_nobody_understands_is_kept_and_hides_no_other(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = store.place_order([("FIRE24", 5)])
    store.place_order([("FIRE24", 1)])
    real = woocommerce.read_order

    def broken(payload: dict[str, Any], *args: Any) -> Any:
        if payload["id"] == odd.id:
            raise RuntimeError("from the inside")
        return real(payload, *args)

    with monkeypatch.context() as patch:
        patch.setattr(woocommerce, "read_order", broken)
        done = read(hub)
    assert (done["created"], done["refused"], done["errors"]) == (1, 1, {})
    assert hub.open_notices() == ["delivery failed"]
    hub.tick(600)
    sync_orders.run(hub.database)

    assert hub.sold() == 6


def test_whatever_breaks_in_one_store_the_next_is_read(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.place_order([("FIRE24", 1)])
    hub.fakes[1].place_order([("FIRE24", 1)])
    real = order_import.Reader.poll

    def broken(reader: order_import.Reader, *args: Any) -> Any:
        if reader.store_id == 1:
            raise RuntimeError("from the inside")
        return real(reader, *args)

    monkeypatch.setattr(order_import.Reader, "poll", broken)

    done = read(hub)

    assert list(done["errors"]) == ["A"]
    assert (done["created"], done["ended_at"] is not None) == (1, True)


def test_the_counts_of_a_run_are_of_all_that_was_read(hub: Hub, store: FakeStore) -> None:
    store.place_order([("FIRE24", 1)])
    hub.tick(3600)
    for _ in range(2):
        store.place_order([("FIRE24", 1)])
    read(hub)
    with hub.database.transaction() as db:
        db.execute(update(orders).where(orders.c.id == 1).values(needs_reading="two states of one second"))

    done = read(hub)

    assert (done["seen"], done["unchanged"]) == (3, 3)


def test_a_store_whose_clock_was_ahead_is_read_on(hub: Hub, store: FakeStore) -> None:
    store.shift_clock(2 * 86400)
    store.place_order([("FIRE24", 1)])
    read(hub)
    store.shift_clock(-2 * 86400)
    hub.tick(1800)
    store.place_order([("FIRE24", 1)])
    hub.tick(1800)

    read(hub)

    assert hub.sold() == 2


def test_an_order_dated_in_a_far_future_hides_no_other(hub: Hub, store: FakeStore) -> None:
    order = store.place_order([("FIRE24", 1)])
    order.modified_at = hub.now() + timedelta(days=40_000)
    read(hub)
    hub.tick(1800)
    store.place_order([("FIRE24", 1)])
    hub.tick(1800)

    read(hub)

    assert hub.sold() == 2


def test_a_glitch_and_another_one_later_are_not_twice_in_a_row(hub: Hub, store: FakeStore) -> None:
    order = store.place_order([("FIRE24", 1)])
    hub.tick(3600)
    store.place_order([("FIRE24", 1)])
    read(hub)
    for _ in range(2):
        del store.state.orders[order.id]
        read(hub, THOROUGH)
        assert hub.sold() == 2
        store.state.orders[order.id] = order
        read(hub)
        hub.tick(3600)


def test_a_deleted_order_is_looked_at_again_by_the_next_ordinary_run(hub: Hub, store: FakeStore) -> None:
    order = store.place_order([("FIRE24", 1)])
    read(hub)
    store.delete(order, force=True)
    store.take_deliveries()

    read(hub, THOROUGH)
    assert hub.sold() == 1
    hub.tick(1800)
    read(hub)

    assert hub.sold() == 0


def test_an_order_brought_back_from_the_trash_is_found(hub: Hub, store: FakeStore) -> None:
    order = store.place_order([("FIRE24", 1)])
    hub.tick(3600)
    other = store.place_order([("FIRE24", 1)])
    read(hub)
    store.trash(order)
    hub.deliver()
    assert hub.sold() == 1
    modified = order.modified_at
    store.untrash(order)
    order.modified_at = modified
    store.take_deliveries()

    read(hub, THOROUGH)

    paid = {(1, str(order.id)): "processing", (1, str(other.id)): "processing"}
    assert (hub.sold(), cached(hub)) == (2, paid)


def test_a_refunds_route_that_says_nothing_takes_no_refund_back(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = store.place_order([("FIRE24", 5)])
    store.refund(order, {"FIRE24": 2})
    read(hub)
    hub.tick(600)
    store.refund(order, {"FIRE24": 1})

    with monkeypatch.context() as patch:
        answers(patch, "/refunds", lambda _found: [])
        read(hub)
    assert hub.sold() == 3
    hub.tick(600)
    read(hub)

    assert hub.sold() == 2
    with hub.database.reading() as db:
        assert [row.is_gone for row in db.execute(select(order_refunds))] == [False, False]


def test_more_than_ten_refunds_are_all_read(hub: Hub, store: FakeStore) -> None:
    order = store.place_order([("FIRE24", 15)])
    for _ in range(12):
        store.refund(order, {"FIRE24": 1})

    read(hub)

    assert hub.sold() == 3


def test_more_than_a_hundred_refunds_are_all_read(hub: Hub, store: FakeStore) -> None:
    order = store.place_order([("FIRE24", 110)])
    for _ in range(105):
        store.refund(order, {"FIRE24": 1})

    read(hub)

    assert hub.sold() == 5


def test_a_stop_is_heard_between_two_orders_with_refunds(hub: Hub, store: FakeStore) -> None:
    for _ in range(18):
        store.refund(store.place_order([("FIRE24", 2)]), {"FIRE24": 1})
    asked: list[str] = []
    store.before_request = lambda _method, path: asked.append(path) if "refunds" in path else None

    read(hub, CRON, is_stopping=lambda: len(asked) >= 2)

    assert 2 <= len(asked) <= 6
    assert hub.store(1).polled_at is None


def test_the_refunds_of_many_orders_are_read_a_few_at_once(hub: Hub, store: FakeStore) -> None:
    for _ in range(30):
        store.refund(store.place_order([("FIRE24", 2)]), {"FIRE24": 1})
    under_way, most = [0], [0]

    def begin(_method: str, path: str) -> None:
        if "refunds" in path:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
            time.sleep(0.01)

    def end(_method: str, path: str) -> None:
        under_way[0] -= "refunds" in path

    store.before_request, store.after_request = begin, end
    told: list[str] = []

    read(hub, CRON, tell=told.append)

    assert hub.sold() == 30
    assert 2 <= most[0] <= 4
    assert told[:2] == ["A: 20 orders", "A: 30 orders"]


def test_orders_without_refunds_are_recorded_though_the_refunds_of_another_fail(
    hub: Hub, store: FakeStore
) -> None:
    store.refund(store.place_order([("FIRE24", 2)]), {"FIRE24": 1})
    for _ in range(3):
        store.place_order([("FIRE24", 1)])
    store.faults.broken, store.faults.only = True, lambda _method, path: "refunds" in path

    read(hub, CRON)
    assert (hub.sold(), hub.store(1).polled_at) == (3, None)
    store.faults.clear()
    hub.tick(120)
    read(hub, CRON)

    assert hub.sold() == 4


def test_spaced_calls_are_made_one_by_one(
    hub: Hub, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("writer.stores.woocommerce.auth._least_interval_s", 0.02)
    for _ in range(5):
        store.refund(store.place_order([("FIRE24", 2)]), {"FIRE24": 1})
    times: list[tuple[str, float]] = []
    store.before_request = lambda _method, _path: times.append(("begin", time.monotonic()))
    store.after_request = lambda _method, _path: times.append(("end", time.monotonic()))

    read(hub, CRON)

    assert [what for what, _ in times[:12]] == ["begin", "end"] * 6
    assert all(later - at >= 0.015 for (_, at), (_, later) in zip(times[1::2], times[2::2], strict=False))


def test_an_order_with_an_id_that_is_no_number_is_no_trouble(hub: Hub, store: FakeStore) -> None:
    store.place_order([("FIRE24", 1)])
    read(hub)
    with hub.database.transaction() as db:
        db.execute(update(orders).values(external_id="uk-7", needs_reading="refund quantities"))

    done = read(hub, THOROUGH)

    assert done["errors"] == {}


def test_orders_changing_all_the_while_are_read_to_the_end(hub: Hub, store: FakeStore) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(order_cursor=None))
    placed = []
    for _ in range(450):
        placed.append(store.place_order([("FIRE24", 1)]))
        hub.tick(2)
    touched = iter(placed)

    def change(_method: str, path: str) -> None:
        if "/orders?" in path:
            hub.tick(2)
            store.touch(next(touched))

    store.before_request = change
    read(hub, Plan("cron", store_ids=(1,)))
    store.before_request = None

    assert hub.sold() == 450
    assert store.calls.count("GET") < 20


def test_a_cron_run_leaves_out_stores_that_may_not_be_called(hub: Hub) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(push_state="paused", pause_reason="Its keys are refused."))

    plan = Plan("cron", only_older_than=timedelta(minutes=29))
    assert runs.run(hub.database, hub.vault, plan) is None


def test_a_stop_is_no_error_of_a_store(hub: Hub, store: FakeStore) -> None:
    for _ in range(30):
        store.place_order([("FIRE24", 1)])
    looks = iter([False, False])

    done = read(hub, CRON, is_stopping=lambda: next(looks, True))

    assert (done["errors"], done["error"], hub.sold()) == ({}, runs.STOPPED, 20)
    with hub.database.reading() as db:
        assert [part.state for part in runs.of_run(db, done["id"])] == ["skipped", "skipped"]
