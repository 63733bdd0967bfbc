"""Scenarios P01-P29: pushing, races and echoes, over real HTTP to fake stores."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from tests.hub import Hub, running_hub
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.stores import failures, stores
from writer.stock import movements
from writer.stores.listings import retry
from writer.sync import differences, stock_sync


@pytest.fixture
def hub(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub(app, monkeypatch) as found:
        found.add_item()
        yield found


def test_p01_a_sale_in_one_store_is_written_to_the_others_alone(hub: Hub) -> None:
    a, b, c = hub.fakes
    a.place_order([("X", 2)])

    hub.deliver()
    hub.push()

    assert (hub.on_hand(), hub.shown(), hub.moves()) == (8, [8, 8, 8], [-2])
    assert [len(fake.calls.writes()) for fake in (a, b, c)] == [0, 1, 1]


def test_p02_a_sale_made_elsewhere_is_written_to_every_store(hub: Hub) -> None:
    hub.sell_here(2)

    hub.push()

    assert hub.shown() == [8, 8, 8]
    assert [len(fake.calls.writes()) for fake in hub.fakes] == [1, 1, 1]


def test_p03_two_stores_that_sell_while_one_webhook_is_late_end_right(hub: Hub) -> None:
    a, b, _ = hub.fakes
    a.place_order([("X", 1)])
    b.place_order([("X", 1)])
    late = b.take_deliveries()
    hub.deliver(a)
    hub.push()
    hub.tick(300)

    for headers, body in late:
        hub.post(headers, body)
    hub.push()

    assert (hub.on_hand(), hub.shown(), hub.moves()) == (8, [8, 8, 8], [-1, -1])


def test_p04_a_large_and_a_small_sale_in_the_same_second_both_count(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_hub(app, monkeypatch) as hub:
        hub.add_item(on_hand=100)
        hub.fakes[1].place_order([("X", 30)])
        hub.fakes[0].place_order([("X", 10)])

        hub.deliver()
        hub.push()

        assert (hub.on_hand(), hub.shown()) == (60, [60, 60, 60])


def test_p06_an_older_target_is_never_sent_after_a_newer_one(hub: Hub) -> None:
    b = hub.fakes[1]
    hub.sell_here(1)
    b.faults.drop_before = True
    hub.push()
    hub.sell_here(2)
    b.faults.clear()
    hub.tick(120)

    hub.push()
    hub.tick(120)
    hub.push()

    assert hub.shown() == [7, 7, 7]
    assert [quantity for _, quantity in b.calls.writes()] == [9, 7]  # the 9 was lost on its way


def test_p07_a_newer_target_that_failed_is_tried_again_itself(hub: Hub) -> None:
    b = hub.fakes[1]
    hub.sell_here(3)
    b.faults.broken = True
    b.faults.only = lambda method, _path: method != "GET"

    first = hub.push()
    b.faults.clear()
    hub.tick(70)
    hub.push()

    assert list(first.failed) == [2]
    assert hub.shown() == [7, 7, 7]


def test_p09_forty_quick_orders_cost_few_writes(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_hub(app, monkeypatch) as hub:
        hub.add_item(on_hand=100)
        for _ in range(20):
            for _ in range(2):
                hub.fakes[0].place_order([("X", 1)])
            hub.deliver()
            hub.push(not_since_s=6)
            hub.tick(1)
        hub.tick(6)
        hub.push(not_since_s=6)

        assert hub.shown() == [60, 60, 60]
        assert len(hub.moves()) == 40
        assert [len(fake.calls.writes()) <= 5 for fake in hub.fakes] == [True, True, True]


@pytest.mark.parametrize("fault", ["maintenance", "broken", "drop_before"])
def test_p10_a_store_that_was_down_for_three_days_costs_few_calls_and_one_write(
    app: Flask, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with running_hub(app, monkeypatch) as hub:
        hub.add_item(on_hand=100)
        c = hub.fakes[2]
        c.place_order([("X", 1)])
        c.take_deliveries()  # lost
        setattr(c.faults, fault, 10**6)
        back_at, sold = hub.time + timedelta(hours=72), 0
        while hub.time < back_at:
            if sold < 56:
                hub.sell_here(2)
                sold += 2
            hub.push()
            hub.time = min(hub.store(3).next_call_at, back_at)  # as soon as it may be asked again
        assert sold == 56
        calls_while_down = len(c.calls)
        c.faults.clear()

        hub.tick(3600)
        hub.push()
        hub.push()  # what the third store's missed order changed for the others

        assert calls_while_down <= 72 * 4
        assert (hub.on_hand(), hub.shown()) == (43, [43, 43, 43])
        assert [quantity for _, quantity in c.calls.writes()] == [43]


def test_p12_an_error_inside_a_200_is_that_items_alone(hub: Hub) -> None:
    hub.add_item("Y")
    hub.add_item("Z")
    b = hub.fakes[1]
    b.delete_product("Y")
    for sku in ("X", "Y", "Z"):
        hub.sell_here(1, sku)

    hub.push()

    assert (b.stock("X"), b.stock("Z")) == (9, 9)
    assert bool(hub.listing(2, "Y").is_gone)
    assert "listing" in hub.open_notices()


def test_p13_many_listings_go_out_by_the_hundred(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_hub(app, monkeypatch, how_many=1) as hub:
        for number in range(250):
            hub.add_item(f"S{number:03}")
            hub.sell_here(1, f"S{number:03}")
        confirm(hub, 1)
        hub.fakes[0].calls.clear()

        hub.push()

        calls = hub.fakes[0].calls
        assert (calls.count("GET", "/products"), calls.count("POST", "/products/batch")) == (3, 3)
        assert {hub.fakes[0].stock(f"S{number:03}") for number in range(250)} == {9}


def confirm(hub: Hub, store: int) -> None:
    with hub.database.transaction() as db:
        stock_sync.confirm_mass_change(db, "ada", store)


def test_variations_are_written_by_their_parent(hub: Hub) -> None:
    b = hub.fakes[1]
    parent = b.add_variable_product("CASE", {"CASE-RED": 10, "CASE-BLUE": 10})
    red = b.product("CASE-RED")
    with hub.database.transaction() as db:
        product = movements.add_product(db, "test", "CASE-RED", 10)
        values = {"store_id": 2, "product_id": parent.id, "variation_id": red.id, "sku": "CASE-RED"}
        db.execute(
            listings.insert().values(
                **values, stock_product_id=product.id, confirmed_quantity=10, handled_version=2
            )
        )
    hub.sell_here(3, "CASE-RED")

    hub.push()

    assert (b.stock("CASE-RED"), b.stock("CASE-BLUE")) == (7, 10)


def test_p14_stock_that_is_not_managed_is_flagged_or_switched_on(hub: Hub) -> None:
    b = hub.fakes[1]
    b.set_managed("X", False)
    hub.sell_here(1)

    result = hub.push()
    assert sum(found.failed for found in result.results) == 1
    assert str(hub.listing(2).problem).startswith("not managed")
    with hub.database.transaction() as db:
        db.execute(update(stores).values(manages_stock=True))
        retry(db, hub.listing(2).id)
    hub.push()

    assert hub.shown() == [9, 9, 9]
    assert hub.listing(2).problem is None


def test_p15_what_the_store_takes_and_does_not_apply_is_no_success(hub: Hub) -> None:
    b = hub.fakes[1]
    parent = b.add_variable_product("CASE", {"CASE-RED": 10}, manage_stock="parent", stock=58)
    red = b.product("CASE-RED")
    with hub.database.transaction() as db:
        product = movements.add_product(db, "test", "CASE-RED", 58)
        values = {"store_id": 2, "product_id": parent.id, "variation_id": red.id, "sku": "CASE-RED"}
        db.execute(
            listings.insert().values(
                **values, stock_product_id=product.id, confirmed_quantity=58, handled_version=2
            )
        )
    hub.sell_here(3, "CASE-RED")

    for _ in range(5):
        hub.push()
        hub.tick(60)

    assert "parent" in str(hub.listing(2, "CASE-RED").problem)
    assert len(b.calls.find("PUT")) + len(b.calls.find("POST")) == 0


def test_p17_a_store_that_asks_for_patience_gets_it(hub: Hub) -> None:
    b = hub.fakes[1]
    b.faults.rate_limited_s = 120
    hub.sell_here(1)
    hub.push()
    asked = len(b.calls)

    for _ in range(10):
        hub.tick(11)
        hub.push()

    assert len(b.calls) == asked
    assert (hub.fakes[0].stock("X"), hub.fakes[2].stock("X")) == (9, 9)
    b.faults.clear()
    hub.tick(15)
    hub.push()
    assert hub.shown() == [9, 9, 9]


@pytest.mark.parametrize("fault", ["firewall_page", "firewall_block"])
def test_p18_a_page_from_a_firewall_is_no_success(hub: Hub, fault: str) -> None:
    setattr(hub.fakes[1].faults, fault, True)
    hub.sell_here(1)

    result = hub.push()

    assert "firewall" in result.failed[2]
    assert "firewall" in str(hub.store(2).last_error)
    assert hub.fakes[1].stock("X") == 10


def test_p19_revoked_keys_pause_the_store_and_lose_nothing(hub: Hub) -> None:
    b = hub.fakes[1]
    b.faults.keys_revoked = True
    for _ in range(5):
        hub.sell_here(1)
        hub.push()
        hub.tick(7200)
    asked = len(b.calls)
    hub.push()
    assert hub.store(2).push_state == "paused"
    assert len(b.calls) == asked
    assert hub.open_notices().count("keys refused") == 1

    b.faults.clear()
    with hub.database.transaction() as db:
        db.execute(update(stores).values(push_state="on", key_refusals=0, next_call_at=None))
    hub.push()

    assert hub.shown() == [5, 5, 5]


def test_p21_an_echo_of_our_own_push_does_nothing(hub: Hub) -> None:
    hub.fakes[1].add_webhook("product.updated", "http://hub.example/api/woocommerce/webhook")
    hub.sell_here(2)
    hub.push()
    writes = [len(fake.calls.writes()) for fake in hub.fakes]
    echoes = hub.fakes[1].take_deliveries()

    statuses = [hub.post(*echo) for echo in echoes]
    hub.sell_here(1)
    hub.push()
    hub.tick(600)
    statuses += [hub.post(*echo) for echo in echoes]
    hub.push()

    assert echoes
    assert set(statuses) == {200}
    assert hub.moves() == [-2, -1]
    assert [len(fake.calls.writes()) for fake in hub.fakes] == [count + 1 for count in writes]


def test_p22_a_change_by_hand_in_a_store_is_written_over_and_logged(hub: Hub) -> None:
    b = hub.fakes[1]
    b.add_webhook("product.updated", "http://hub.example/api/woocommerce/webhook")
    hub.sell_here(2)
    hub.push()
    b.take_deliveries()
    b.set_stock("X", 20)
    hub.deliver()

    hub.push()
    assert b.stock("X") == 20
    hub.tick(61)
    hub.push()

    assert hub.shown() == [8, 8, 8]
    assert [
        (row.expected_quantity, row.shown_quantity, row.action) for row in hub.rows(stock_differences)
    ] == [(8, 20, "enforced")]
    assert hub.moves() == [-2]


def test_p22_adopted_the_change_becomes_one_movement(hub: Hub) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(difference_policy="adopt"))
    hub.sell_here(2)
    hub.push()
    hub.fakes[1].set_stock("X", 20)
    look_at(hub, 2)

    for _ in range(3):
        hub.push()
        hub.tick(61)

    assert (hub.on_hand(), hub.shown(), hub.moves()) == (20, [20, 20, 20], [-2, 12])


def test_p22_asked_the_owner_decides(hub: Hub) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(difference_policy="ask"))
    hub.fakes[1].set_stock("X", 20)
    look_at(hub, 2)
    for _ in range(3):
        hub.push()
        hub.tick(61)
    assert hub.shown() == [10, 20, 10]
    assert hub.open_notices() == ["drift"]

    with hub.database.transaction() as db:
        differences.decide(db, "ada", hub.rows(stock_differences)[0].id, adopt=False)
    hub.push()

    assert hub.shown() == [10, 10, 10]
    assert hub.open_notices() == []


def look_at(hub: Hub, store: int) -> None:
    """As the hourly check does: a listing is looked at although its count did not change."""
    with hub.database.transaction() as db:
        db.execute(update(listings).where(listings.c.store_id == store).values(needs_check=True))


def test_p23_an_order_that_comes_after_its_products_webhook_is_no_drift(hub: Hub) -> None:
    b = hub.fakes[1]
    b.add_webhook("product.updated", "http://hub.example/api/woocommerce/webhook")
    b.place_order([("X", 1)])
    found = b.take_deliveries()
    product = [item for item in found if item[0]["X-WC-Webhook-Topic"] == "product.updated"]
    order = [item for item in found if item not in product]

    for item in product:
        hub.post(*item)
    hub.push()
    hub.tick(3)
    for item in order:
        hub.post(*item)
    hub.settle()

    assert product
    assert (hub.on_hand(), hub.moves(), hub.shown()) == (9, [-1], [9, 9, 9])
    assert hub.rows(stock_differences) == []


def test_p25_what_shows_the_target_is_not_written(hub: Hub) -> None:
    hub.sell_here(1)
    for fake in hub.fakes:
        fake.set_stock("X", 9)

    hub.push()

    assert [len(fake.calls.writes()) for fake in hub.fakes] == [0, 0, 0]


def test_p27_only_a_listing_that_takes_backorders_shows_less_than_nothing(hub: Hub) -> None:
    hub.fakes[1].product("X").backorders = "notify"
    look_at(hub, 2)
    hub.push()

    hub.sell_here(13)
    hub.push()

    assert (hub.on_hand(), hub.shown()) == (-3, [0, -3, 0])


def test_a_stores_buffer_is_never_offered_there(hub: Hub) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).where(stores.c.id == 3).values(buffer=4))
    hub.sell_here(3)

    hub.push()

    assert hub.shown() == [7, 7, 3]


def test_d07_a_mass_change_waits_for_one_confirmation(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_hub(app, monkeypatch, how_many=1) as hub:
        for number in range(100):
            hub.add_item(f"S{number:03}")
        for number in range(80):
            hub.sell_here(10, f"S{number:03}")

        result = hub.push()
        assert "80 of 100 listings of A would be set to 0." in str(result.results[0].blocked)
        assert hub.fakes[0].calls.writes() == []
        assert hub.open_notices().count("mass change") == 1
        confirm(hub, 1)
        hub.push()

        assert [hub.fakes[0].stock(f"S{number:03}") for number in (0, 79, 80)] == [0, 0, 10]


def test_d09_drift_needs_two_looks_that_agree(hub: Hub) -> None:
    b = hub.fakes[1]
    b.set_stock("X", 9)
    look_at(hub, 2)
    hub.push()
    hub.tick(20)
    b.set_stock("X", 10)

    hub.push()
    hub.tick(61)
    hub.push()

    assert hub.rows(stock_differences) == []
    assert hub.shown() == [10, 10, 10]


def test_d14_a_store_that_moved_gets_no_keys_and_an_alert(hub: Hub) -> None:
    hub.fakes[1].faults.redirect_to = "http://127.0.0.1:9/elsewhere"
    hub.sell_here(1)

    result = hub.push()

    assert "127.0.0.1:9" in result.failed[2]
    assert "store unusable" in hub.open_notices()


def test_something_that_keeps_changing_a_listing_back_is_stopped(hub: Hub) -> None:
    b = hub.fakes[1]
    hub.sell_here(2)
    hub.push()
    for _ in range(7):
        b.set_stock("X", 20)
        look_at(hub, 2)
        hub.push()
        hub.tick(30)
        hub.push()
        hub.tick(31)
        hub.push()

    assert len(b.calls.writes()) == 5
    assert str(hub.listing(2).problem).startswith("stopped")
    assert "listing" in hub.open_notices()


def test_a_write_whose_answer_never_came_is_no_drift(hub: Hub) -> None:
    b = hub.fakes[1]
    b.faults.drop_after_write = True
    hub.sell_here(1)
    hub.push()
    assert b.stock("X") == 9
    b.faults.clear()
    hub.sell_here(1)
    hub.tick(120)

    hub.push()

    assert hub.shown() == [8, 8, 8]
    assert hub.rows(stock_differences) == []


def test_every_failure_is_kept_with_when_it_is_tried_next(hub: Hub) -> None:
    hub.fakes[1].faults.down = True
    hub.sell_here(1)

    for _ in range(3):
        hub.push()
        hub.tick(600)

    (row,) = hub.rows(failures)
    assert (row.store_id, row.what, row.times, row.ended_at) == (2, "push stock", 3, None)
    assert row.next_at is not None


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(hub: Hub) -> None:
    hub.sell_here(2)

    result = hub.push(dry_run=True)

    assert [found.would_write for found in result.results] == [[("X", 10, 8)]] * 3
    assert hub.shown() == [10, 10, 10]
