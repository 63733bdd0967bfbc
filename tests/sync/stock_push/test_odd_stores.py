"""Stores that are stopped, absurd or out of order, and counts that come with their time."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from flask import Flask
from sqlalchemy import Table, select, update

from tests.hub import Hub, running_hub
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.orders import orders as recorded
from writer.db.schema.stores import failures, stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib.errors import Conflict
from writer.stock import products
from writer.stock.stocktake import sheet, sheet_plan
from writer.stores import registry
from writer.stores.listings import check_all, refresh
from writer.stores.listings.items import item
from writer.stores.opening_stock.actions import take_over
from writer.stores.woocommerce import Client
from writer.sync import differences, stock_sync
from writer.sync.stock_push import watcher


@pytest.fixture
def hub(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub(app, monkeypatch, how_many=2) as found:
        found.add_item()
        yield found


def change(hub: Hub, table: Table, **values: Any) -> None:
    with hub.database.transaction() as db:
        db.execute(update(table).values(**values))


def look(hub: Hub) -> None:
    with hub.database.transaction() as db:
        check_all(db, 2)


def rounds(hub: Hub, seconds: int = 61) -> None:
    for _ in range(4):
        hub.push()
        hub.tick(seconds)


def test_a_store_that_was_never_started_is_not_by_new_keys(hub: Hub) -> None:
    change(hub, stores, push_state="off", stock_from=None)
    hub.sell_here(3)
    hub.fakes[1].faults.keys_revoked = True
    for _ in range(2):
        hub.poll()
        hub.tick(7200)
    hub.fakes[1].faults.keys_revoked = False
    with hub.database.transaction() as db:
        registry.forgive(db, 2)

    hub.push()

    assert hub.store(2).push_state == "off"
    assert hub.shown() == [10, 10]


def test_a_retry_leaves_a_store_paused_that_a_person_paused(hub: Hub) -> None:
    hub.fakes[1].faults.broken = True
    hub.sell_here(1)
    hub.push()
    with hub.database.transaction() as db:
        stock_sync.actions.pause(db, "ada", 2, "stock is being moved")
        failed = db.execute(select(failures.c.id).where(failures.c.ended_at.is_(None))).scalar_one()
        stock_sync.actions.retry(db, "ada", failed)

    assert hub.store(2).push_state == "paused"


def test_a_number_nobody_counted_is_asked_about_and_not_adopted(hub: Hub) -> None:
    change(hub, stores, difference_policy="adopt")
    hub.tick(600)
    hub.fakes[1].set_stock("X", 5_000_000)
    look(hub)

    rounds(hub, 121)

    (found,) = hub.rows(stock_differences)
    assert (hub.rows(failures), found.action) == ([], "asked")
    with hub.database.transaction() as db, pytest.raises(Conflict, match="only ours can be written"):
        differences.decide(db, "ada", found.id, adopt=True)


def test_an_endless_number_keeps_no_other_listing_from_being_pushed(hub: Hub) -> None:
    hub.add_item("Z")
    hub.fakes[1].set_stock("X", 9_999_999_999)
    look(hub)
    hub.sell_here(1, "Z")

    rounds(hub, 121)

    assert hub.shown("Z") == [9, 9]


def test_a_store_with_an_endless_number_can_be_read(hub: Hub) -> None:
    hub.fakes[1].set_stock("X", 9_999_999_999)
    hub.fakes[1].add_product("W", 3)

    assert refresh(hub.database, hub.vault, 2).items == 2


def test_an_endless_number_is_no_count_to_start_from(hub: Hub) -> None:
    hub.add_item("Z")
    hub.fakes[1].set_stock("X", 5_000_000)
    hub.fakes[1].set_stock("Z", 7)

    done = take_over(hub.database, hub.vault, "ada", 2)

    assert (done.counted, done.left_out, hub.on_hand("Z")) == (1, 1, 7)


def test_a_product_first_counted_by_a_file_has_sold_what_came_after_its_count(hub: Hub) -> None:
    hub.fakes[0].add_product("W", 14)
    hub.tick(3600)
    counted_at = hub.time
    hub.tick(900)
    hub.fakes[0].place_order([("W", 1)])
    hub.deliver()
    hub.tick(900)

    with hub.database.transaction() as db:
        plan = sheet_plan.make(db, sheet.read(b"sku,counted\nW,14\n"), counted_at)
        sheet_plan.carry_out(db, "ada", plan, counted_at)

    assert hub.on_hand("W") == 13


def test_what_was_adopted_holds_what_the_store_sold_before(hub: Hub) -> None:
    change(hub, stores, difference_policy="adopt")
    hub.tick(600)
    fake = hub.fakes[1]
    fake.set_stock("X", 15)
    look(hub)
    hub.push(store_ids=[2])
    hub.tick(10)
    fake.place_order([("X", 2)])
    hub.deliver()
    hub.sell_here(1)
    hub.tick(70)
    hub.push(store_ids=[2])
    hub.tick(1)
    fake.place_order([("X", 1)])
    hub.deliver()

    rounds(hub)

    assert hub.moves() == [-2, -1, 5, -1]


@pytest.mark.parametrize("adopt", [True, False])
def test_what_was_asked_about_holds_what_the_store_sold_before(hub: Hub, adopt: bool) -> None:
    change(hub, stores, difference_policy="ask")
    hub.tick(600)
    fake = hub.fakes[1]
    fake.set_stock("X", 15)
    look(hub)
    hub.push(store_ids=[2])
    hub.tick(10)
    fake.place_order([("X", 2)])
    hub.deliver()
    hub.tick(70)
    look(hub)
    hub.push(store_ids=[2])
    (asked,) = hub.rows(stock_differences)
    hub.tick(100)
    fake.place_order([("X", 1)])
    hub.deliver()

    with hub.database.transaction() as db:
        differences.decide(db, "ada", asked.id, adopt)
    rounds(hub)

    assert len(hub.rows(stock_differences)) == 1


def test_an_order_that_cannot_be_recorded_waits_once(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 1)])
    hub.deliver()
    change(hub, recorded, needs_reading="refund quantities")
    before = len(hub.rows(deliveries))
    seen: dict[int, watcher.Seen] = defaultdict(watcher.Seen)

    with mock.patch("writer.orders.record", side_effect=RuntimeError):
        for _ in range(5):
            for store_id in watcher.to_visit(hub.database, seen):
                watcher.visit(hub.database, hub.vault, store_id, seen[store_id])
            hub.tick(1)

    assert len(hub.rows(deliveries)) - before == 1


def test_an_answer_in_another_order_is_each_listings_own(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.add_item("Z")
    hub.sell_here(1)
    hub.sell_here(1, "Z")
    write = Client.write_products

    def write_in_reverse(client: Client, items: Any) -> Any:
        hub.fakes[1].delete_product("Z")
        return list(reversed(write(client, items)))

    monkeypatch.setattr(Client, "write_products", write_in_reverse)
    hub.push(store_ids=[2])

    with hub.database.reading() as db:
        gone = products.get(db, "Z").id
    assert [row.stock_product_id for row in hub.rows(listings) if row.is_gone] == [gone]


@pytest.mark.parametrize("parent_id", [2**40, 0, "7", None, True])
def test_a_variation_of_what_has_no_usable_number_is_no_listing(parent_id: Any) -> None:
    told = {"id": 5, "sku": "A", "manage_stock": True, "stock_quantity": 1}

    assert item(told, {"id": parent_id, "sku": ""}) is None
