"""The sync heals what webhooks lost: runs, their history, stopping and killing, and scenarios D03 and D15."""

import random
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.fake_services.woocommerce import FakeStore
from tests.hub import Hub, running_hub
from writer.db import AlreadyRunning
from writer.db.schema.order_import import sync_runs
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.orders.record import erase, list_expired, take_out_of_cache
from writer.stores.registry import registry
from writer.sync.order_import import Plan, runs

pytestmark = pytest.mark.hub(stores=2, items={"FIRE24": 1000})

CRON = Plan("cron")


def read(hub: Hub, plan: Plan = CRON, **options: Any) -> dict[str, Any]:
    run_id = runs.run(hub.database, hub.vault, plan, **options)
    assert run_id is not None
    with hub.database.reading() as db:
        return runs.summary(db, run_id)


def cached(hub: Hub) -> dict[tuple[int, str], str]:
    """Return the recorded status of each order by (store, id there)."""
    with hub.database.reading() as db:
        return {(row.store_id, row.external_id): row.status for row in db.execute(select(orders))}


def test_a_run_records_what_no_webhook_told(hub: Hub) -> None:
    a, b = hub.fakes
    for _ in range(3):
        a.place_order([("FIRE24", 1)])
    b.place_order([("FIRE24", 2)])

    done = read(hub)
    again = read(hub)

    assert (done["stores"], done["seen"], done["created"], done["errors"]) == (2, 4, 4, {})
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 4)
    assert (hub.sold(), hub.on_hand("FIRE24")) == (5, 995)


def test_a_run_with_nothing_new_is_one_call_a_store(hub: Hub) -> None:
    read(hub)
    for fake in hub.fakes:
        fake.calls.clear()

    read(hub)

    assert [len(fake.calls) for fake in hub.fakes] == [1, 1]


def test_one_stores_trouble_is_its_own(hub: Hub) -> None:
    a, b = hub.fakes
    a.faults.broken = True
    b.place_order([("FIRE24", 1)])

    done = read(hub)

    assert list(done["errors"]) == ["A"]
    assert hub.sold() == 1


def test_an_incomplete_reading_leaves_the_cursor(hub: Hub) -> None:
    a = hub.fakes[0]
    for _ in range(150):
        a.place_order([("FIRE24", 1)])
    before = hub.store(1).order_cursor
    a.faults.fail_pages = set(range(2, 200))

    read(hub)
    assert hub.store(1).order_cursor == before
    a.faults.clear()
    hub.tick(120)
    read(hub)

    assert hub.store(1).order_cursor == hub.now() - timedelta(seconds=120)
    assert hub.sold() == 150


def test_d03_an_order_edited_while_pages_are_read_skips_nobody(hub: Hub) -> None:
    a = hub.fakes[0]
    placed = []
    for _ in range(201):
        placed.append(a.place_order([("FIRE24", 1)]))
        hub.tick(10)
    pages: list[str] = []

    def edit_between(_method: str, path: str) -> None:
        if "page=2" in path and not pages:
            pages.append(path)
            a.touch(placed[0])

    a.before_request = edit_between
    with hub.database.transaction() as db:
        db.execute(update(stores).values(order_cursor=None))

    read(hub)
    a.before_request = None
    hub.tick(60)
    read(hub)

    assert pages
    assert hub.sold() == 201


def test_d15_two_runs_at_once_are_one(hub: Hub) -> None:
    with hub.database.only_one(runs.LOCK), pytest.raises(AlreadyRunning, match="already running"):
        runs.run(hub.database, hub.vault, CRON)


def test_a_stopped_run_goes_on_where_it_was(hub: Hub) -> None:
    for _ in range(60):
        hub.fakes[0].place_order([("FIRE24", 1)])
    looks = iter([False, False, True, True, True, True])

    done = read(hub, is_stopping=lambda: next(looks))
    assert 0 < hub.sold() < 60
    assert "stopped" in str(done["error"])
    read(hub)

    assert hub.sold() == 60


def test_a_killed_run_is_told_by_the_next_one(hub: Hub) -> None:
    with hub.database.transaction() as db:
        db.execute(sync_runs.insert().values(started_by="cron", started_at=hub.now()))

    read(hub)

    with hub.database.reading() as db:
        first = runs.list_runs(db)[-1]
    assert "killed" in str(first.error)


def test_vanished_orders_are_found_by_a_direct_look(hub: Hub) -> None:
    a = hub.fakes[0]
    deleted, trashed, kept = (a.place_order([("FIRE24", 1)]) for _ in range(3))
    read(hub)
    a.delete(deleted, force=True)
    a.trash(trashed)
    a.take_deliveries()

    for _ in range(2):
        read(hub, Plan("cron", looks_for_vanished=True))

    statuses = cached(hub)
    assert [statuses[(1, str(order.id))] for order in (deleted, trashed, kept)] == [
        "trash",
        "trash",
        "processing",
    ]
    assert (hub.sold(), hub.on_hand("FIRE24")) == (1, 997)


@pytest.mark.parametrize(
    ("seed", "of_each_store"),
    [pytest.param(0, 500, marks=[pytest.mark.sqlite_only, pytest.mark.slow]), (1, 60), (2, 60)],
)
def test_two_thousand_orders_with_half_the_webhooks_lost_end_right(
    app: Flask, monkeypatch: pytest.MonkeyPatch, seed: int, of_each_store: int
) -> None:
    dice = random.Random(seed)
    with running_hub(app, monkeypatch, how_many=4) as hub:
        hub.add_item("FIRE24", 100_000)
        for fake in hub.fakes:
            play(hub, fake, dice, of_each_store)
        for fake in hub.fakes:
            fake.faults.fail_every = 3
        read(hub)
        for fake in hub.fakes:
            fake.faults.clear()
        hub.tick(7200)

        read(hub)
        hub.push()

        truth = {
            (number + 1, str(order.id)): order.status
            for number, fake in enumerate(hub.fakes)
            for order in fake.state.orders.values()
        }
        paid = [
            order
            for fake in hub.fakes
            for order in fake.state.orders.values()
            if order.status in ("processing", "completed")
        ]
        assert cached(hub) == truth
        assert hub.sold() == sum(line.quantity for order in paid for line in order.lines)
        assert hub.shown("FIRE24") == [hub.on_hand("FIRE24")] * 4


def play(hub: Hub, fake: FakeStore, dice: random.Random, how_many: int) -> None:
    """Place orders, change some, deliver half of what the store sends."""
    placed = []
    for number in range(how_many):
        placed.append(fake.place_order([("FIRE24", dice.randint(1, 3))]))
        if dice.random() < 0.2:
            fake.set_status(dice.choice(placed), dice.choice(("completed", "cancelled", "on-hold")))
        if number % 10 == 0:
            hub.tick(1)
        if number % 25 == 0:
            for item in fake.take_deliveries():
                if dice.random() < 0.5:
                    hub.post(*item)
    fake.take_deliveries()


def test_t08_a_cleaned_cache_counts_nothing_twice(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("FIRE24", 2)])
    read(hub)
    hub.tick(100 * 86400)

    with hub.database.transaction() as db:
        old = list_expired(db, 90, 1000)
        take_out_of_cache(db, old)
    assert len(old) == 1
    hub.fakes[0].edit_line(order, "FIRE24", 3)
    hub.deliver()

    assert (hub.sold(), hub.on_hand("FIRE24"), hub.moves("FIRE24")) == (3, 997, [-2, -1])


def test_t09_an_erased_customer_does_not_come_back(hub: Hub) -> None:
    a = hub.fakes[0]
    order = a.place_order([("FIRE24", 2)], customer={"email": "Ada@Example.test", "first_name": "Ada"})
    hub.deliver()

    with hub.database.transaction() as db:
        assert erase(db, "admin", email="ada@example.test") == [(1, str(order.id))]
    a.edit_line(order, "FIRE24", 3)
    hub.deliver()
    hub.poll()

    with hub.database.reading() as db:
        row = db.execute(select(orders)).one()
    assert (row.customer_name, row.customer_email, row.raw) == (None, None, None)
    assert hub.sold() == 3


def test_an_order_that_cannot_be_recorded_is_kept_and_tried_again(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from writer.commands.sync_orders import run

    hub.fakes[0].place_order([("FIRE24", 2)])
    with monkeypatch.context() as broken:
        broken.setattr("writer.sales.post", lambda *_args, **_named: 1 / 0)
        done = read(hub)
    assert (done["refused"], hub.sold()) == (1, 0)
    hub.tick(600)

    run(hub.database)

    assert hub.sold() == 2


def test_stores_without_keys_are_not_read(hub: Hub) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(consumer_key_encrypted=None))
        registry.get(db, 1)

    assert runs.run(hub.database, hub.vault, CRON) is None
