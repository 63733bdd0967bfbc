"""Scenarios O01-O18, R01-R16, S01-S02, D01, D11 and W01 as they move stock, over real HTTP to fake stores."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.fake_services.store_model import Order
from tests.fake_services.woocommerce import FakeStore
from tests.hub import Hub, running_hub
from tests.makers import WEBHOOK_SECRET
from writer.db.schema.stores import stores
from writer.orders.record import rematch, say_product

pytestmark = pytest.mark.hub(counted=["X"], extra_statuses=("shipped",))


@pytest.fixture
def sold_five(hub: Hub) -> Order:
    """Order X x 5, paid, recorded and pushed: on hand 5."""
    order = hub.fakes[0].place_order([("X", 5)])
    step(hub)
    return order


def step(hub: Hub) -> None:
    """Deliver and push what has happened, read what webhooks cannot say, and let a second pass."""
    hub.deliver()
    hub.poll()
    hub.push()
    hub.tick()


def test_o01_one_deduction_through_three_statuses(hub: Hub) -> None:
    a = hub.fakes[0]
    order = a.place_order([("X", 2)], status="on-hold", paid=False)
    step(hub)
    assert (hub.moves(), hub.sold(), hub.shown()) == ([-2], 0, [8, 8, 8])

    for status in ("processing", "completed"):
        a.set_status(order, status)
        step(hub)

    assert (hub.moves(), hub.sold(), hub.shown()) == ([-2], 2, [8, 8, 8])


def test_o02_an_order_created_completed_moves_and_is_a_sale(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 1)], status="completed")

    step(hub)

    assert (hub.on_hand(), hub.sold(), hub.shown()) == (9, 1, [9, 9, 9])


def test_o03_failed_then_paid_moves_once(hub: Hub) -> None:
    a = hub.fakes[0]
    order = a.place_order([("X", 2)], status="pending", paid=False)
    step(hub)

    for status in ("failed", "processing"):
        a.set_status(order, status)
        step(hub)

    assert (hub.moves(), hub.on_hand()) == ([-2], 8)


@pytest.mark.parametrize("rules", ["new", "old"])
def test_o04_on_hold_then_failed_gives_the_units_back(
    app: Flask, monkeypatch: pytest.MonkeyPatch, rules: Any
) -> None:
    with running_hub(app, monkeypatch, rules=rules) as hub:
        hub.add_item()
        order = hub.fakes[0].place_order([("X", 2)], status="on-hold", paid=False)
        step(hub)

        hub.fakes[0].set_status(order, "failed")
        step(hub)
        hub.settle()

        assert (hub.moves(), hub.shown()) == ([-2, 2], [10, 10, 10])


def test_o06_an_edit_down_then_up_moves_the_differences(hub: Hub, sold_five: Order) -> None:
    for units in (3, 6):
        hub.fakes[0].edit_line(sold_five, "X", units)
        step(hub)

    assert (hub.moves(), hub.on_hand(), hub.shown()) == ([-5, 2, -3], 4, [4, 4, 4])
    assert hub.sold() == 6


def test_o07_an_edit_an_old_store_did_not_follow_is_put_right(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_hub(app, monkeypatch, rules="old") as hub:
        hub.add_item()
        order = hub.fakes[0].place_order([("X", 5)])
        step(hub)

        hub.fakes[0].edit_line(order, "X", 3)
        step(hub)
        hub.settle()

        assert (hub.on_hand(), hub.shown()) == (7, [7, 7, 7])


def test_o08_a_removed_line_gives_its_units_back(hub: Hub) -> None:
    hub.add_item("Y")
    order = hub.fakes[0].place_order([("X", 2), ("Y", 1)])
    step(hub)

    hub.fakes[0].remove_line(order, "Y")
    step(hub)

    assert (hub.on_hand("X"), hub.on_hand("Y")) == (8, 10)


def test_o09_a_line_added_after_payment_takes_its_units(hub: Hub) -> None:
    hub.add_item("Y")
    order = hub.fakes[0].place_order([("X", 2)])
    step(hub)

    hub.fakes[0].add_line(order, "Y", 4)
    step(hub)

    assert (hub.on_hand("X"), hub.on_hand("Y")) == (8, 6)


def test_o11_one_sku_on_two_lines_takes_both(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("X", 2), ("X", 3)])
    step(hub)
    assert hub.on_hand() == 5

    hub.fakes[0].remove_line(order, order.lines[0].id)
    step(hub)

    assert hub.on_hand() == 7


def test_o13_a_custom_status_moves_nothing(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("X", 2)])
    step(hub)

    hub.fakes[0].set_status(order, "shipped")
    step(hub)

    assert (hub.moves(), hub.open_notices().count("unmapped status")) == ([-2], 1)


def test_o14_a_custom_status_seen_first_moves_when_paid(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 2)], status="shipped")

    step(hub)
    hub.settle()  # a store takes no stock for a status it does not know

    assert (hub.on_hand(), hub.sold(), hub.shown()) == (8, 2, [8, 8, 8])


def test_o16_a_sku_renamed_in_the_store_stays_the_product(hub: Hub) -> None:
    a = hub.fakes[0]
    with hub.database.transaction() as db:
        say_product(db, 1, a.product("X").id, 0, "X")
    order = a.place_order([("X", 2)])
    step(hub)

    a.rename_sku("X", "X-v2")
    a.touch(order)
    a.place_order([("X-v2", 1)])
    step(hub)

    assert (hub.moves(), hub.on_hand()) == ([-2, -1], 7)


def test_o18_one_order_id_in_two_stores_is_two_orders(hub: Hub) -> None:
    a, b, _ = hub.fakes
    a.place_order([("X", 1)], order_id=500)
    b.place_order([("X", 2)], order_id=500)

    step(hub)

    assert (hub.on_hand(), hub.shown()) == (7, [7, 7, 7])


def test_r01_a_partial_refund_restocked(hub: Hub, sold_five: Order) -> None:
    hub.fakes[0].refund(sold_five, {"X": 2})
    step(hub)

    assert (hub.on_hand(), hub.moves(), hub.shown()) == (7, [-5, 2], [7, 7, 7])
    assert hub.sold() == 3


def test_r02_two_partial_refunds_on_one_line(hub: Hub, sold_five: Order) -> None:
    for units in (2, 1):
        hub.fakes[0].refund(sold_five, {"X": units})
        step(hub)

    assert (hub.moves(), hub.on_hand(), hub.sold()) == ([-5, 2, 1], 8, 2)


def test_r03_a_partial_refund_not_restocked_is_written_off(hub: Hub, sold_five: Order) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(restocks_refunds=False))
    hub.fakes[0].refund(sold_five, {"X": 2}, restock=False)
    step(hub)

    assert (hub.moves(), hub.on_hand(), hub.shown()) == ([-5], 5, [5, 5, 5])
    assert hub.sold() == 3


def test_r04_money_alone_moves_nothing(hub: Hub, sold_five: Order) -> None:
    hub.fakes[0].refund(sold_five, amount="7.50", restock=False)
    step(hub)

    assert (hub.moves(), hub.on_hand(), hub.sold()) == ([-5], 5, 5)


@pytest.mark.parametrize("policy", [True, False])
@pytest.mark.parametrize(("restock", "on_hand"), [(True, 10), (False, 5)], ids=["r07", "r08"])
def test_r07_and_r08_a_full_refund_restocked_or_not(
    hub: Hub, sold_five: Order, restock: bool, on_hand: int, policy: bool
) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(restocks_refunds=policy))
    hub.fakes[0].refund(sold_five, {"X": 5}, restock=restock)
    step(hub)
    hub.settle()

    assert (hub.on_hand(), hub.sold(), hub.shown()) == (on_hand, 0, [on_hand] * 3)


def test_r10_a_refund_seen_by_webhook_and_poll_counts_once(hub: Hub, sold_five: Order) -> None:
    hub.fakes[0].refund(sold_five, {"X": 2})
    hub.poll()
    hub.deliver()
    hub.poll()

    assert (hub.moves(), hub.on_hand()) == ([-5, 2], 7)


def test_r12_evidence_beats_policy(hub: Hub) -> None:
    hub.add_item("Y")
    a = hub.fakes[0]
    order = a.place_order([("X", 5), ("Y", 2)])
    step(hub)
    a.refund(order, {"Y": 1}, restock=True)
    a.refund(order, {"X": 2}, restock=False)

    step(hub)

    assert (hub.on_hand("X"), hub.on_hand("Y")) == (5, 9)


def test_r13_the_store_says_that_nothing_came_back(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("X", 3)])
    step(hub)
    writes = [len(fake.calls.writes()) for fake in hub.fakes]

    hub.fakes[0].refund(order, {"X": 2}, restock=False)
    step(hub)
    hub.settle()

    assert (hub.moves(), hub.sold(), hub.shown()) == ([-3], 1, [7, 7, 7])
    assert [len(fake.calls.writes()) for fake in hub.fakes] == writes


@pytest.mark.parametrize("unpaid", ["pending", "failed"])
def test_r14_refunded_without_ever_being_paid_takes_nothing(hub: Hub, unpaid: str) -> None:
    order = hub.fakes[0].place_order([("X", 4)], status=unpaid, paid=False)
    step(hub)

    hub.fakes[0].set_status(order, "refunded")
    step(hub)
    hub.settle()

    assert (hub.moves(), hub.sold(), hub.shown()) == ([], 0, [10, 10, 10])


def test_r15_first_heard_of_as_refunded_keeps_out_what_the_store_took(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("X", 2)])
    hub.fakes[0].set_status(order, "refunded")

    step(hub)
    hub.settle()

    assert (hub.moves(), hub.sold(), hub.shown()) == ([-2], 0, [8, 8, 8])


def test_r15_first_heard_of_as_refunded_keeps_out_what_was_paid(hub: Hub) -> None:
    hub.fakes[0].set_managed("X", False)  # so that the store says of no unit whether it took it
    order = hub.fakes[0].place_order([("X", 2)])
    hub.fakes[0].set_status(order, "refunded")

    step(hub)

    assert (hub.moves(), hub.sold()) == ([-2], 0)


def test_r16_more_refunded_than_bought_counts_as_bought_and_is_flagged(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("X", 1, "20.00"), ("X", 1)])
    step(hub)
    first, second = [
        hub.fakes[0].refund(order, {order.lines[0].id: 1}, amount="1.00", restock=False) for _ in range(2)
    ]
    step(hub)
    assert (hub.moves(), hub.sold(), hub.open_notices()) == ([-1, -1], 1, ["refunded too much"])

    hub.fakes[0].delete_refund(order, first)
    hub.fakes[0].touch(order)
    step(hub)

    assert second.id != first.id
    assert (hub.moves(), hub.sold(), hub.open_notices()) == ([-1, -1], 1, [])


def test_an_order_heard_of_as_pending_and_then_as_refunded_keeps_out_what_the_store_took(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("X", 2)], status="pending", paid=False)
    step(hub)

    for status in ("processing", "refunded"):
        hub.fakes[0].set_status(order, status)
    step(hub)
    hub.settle()

    assert (hub.moves(), hub.sold(), hub.shown()) == ([-2], 0, [8, 8, 8])


def test_a_cancellation_after_a_refund_returns_only_what_is_out(hub: Hub, sold_five: Order) -> None:
    hub.fakes[0].refund(sold_five, {"X": 2})
    step(hub)

    hub.fakes[0].set_status(sold_five, "cancelled")
    step(hub)

    assert (hub.moves(), hub.shown()) == ([-5, 2, 3], [10, 10, 10])


def test_a_cancellation_after_a_refund_without_restock_returns_what_was_not_written_off(
    hub: Hub, sold_five: Order
) -> None:
    hub.fakes[0].refund(sold_five, {"X": 2}, restock=False)
    step(hub)

    hub.fakes[0].set_status(sold_five, "cancelled")
    step(hub)
    hub.fakes[0].touch(sold_five)
    step(hub)
    hub.settle()

    assert (hub.moves(), hub.shown()) == ([-5, 3], [8, 8, 8])


def test_a_refund_deleted_in_the_store_moves_no_goods(hub: Hub, sold_five: Order) -> None:
    a = hub.fakes[0]
    refund = a.refund(sold_five, {"X": 2})
    step(hub)

    a.delete_refund(sold_five, refund)
    a.touch(sold_five)
    step(hub)

    assert hub.moves() == [-5, 2]


def test_s01_the_last_one_sold_twice_opens_one_notice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_hub(app, monkeypatch) as hub:
        hub.add_item(on_hand=1)
        hub.fakes[0].place_order([("X", 1)])
        second = hub.fakes[1].place_order([("X", 1)])
        step(hub)
        assert (hub.on_hand(), hub.shown()) == (-1, [0, 0, 0])
        assert hub.open_notices() == ["oversold"]

        hub.fakes[1].set_status(second, "cancelled")
        step(hub)

        assert (hub.on_hand(), hub.open_notices()) == (0, [])


def test_s02_nothing_clamps_in_the_ledger(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_hub(app, monkeypatch) as hub:
        hub.add_item(on_hand=1)
        order = hub.fakes[0].place_order([("X", 3)])
        step(hub)
        assert hub.on_hand() == -2

        hub.fakes[0].refund(order, {"X": 3})
        step(hub)

        assert hub.on_hand() == 1


def test_d01_what_webhooks_lost_the_poll_finds_once(hub: Hub) -> None:
    for _ in range(6):
        hub.fakes[0].place_order([("X", 1)])
    late = hub.fakes[0].take_deliveries()

    hub.poll()
    assert hub.on_hand() == 4
    for item in late:
        hub.post(*item)

    assert (hub.on_hand(), len(hub.moves())) == (4, 6)


def test_d11_a_trashed_order_keeps_its_units_out(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("X", 2)])
    step(hub)

    hub.fakes[0].trash(order)
    step(hub)
    assert (hub.on_hand(), hub.shown()) == (8, [8, 8, 8])
    hub.fakes[0].untrash(order)
    step(hub)

    assert (hub.moves(), hub.on_hand()) == ([-2], 8)


def test_w01_the_same_delivery_three_times_moves_and_writes_once(hub: Hub) -> None:
    a, b, c = hub.fakes
    a.place_order([("X", 2)])
    for item in a.take_deliveries():
        for _ in range(3):
            hub.post(*item)

    hub.push()
    hub.push()

    assert (hub.moves(), hub.shown()) == ([-2], [8, 8, 8])
    assert [len(fake.calls.writes()) for fake in (a, b, c)] == [0, 1, 1]


def test_w14_a_draft_holds_no_stock(hub: Hub) -> None:
    hub.fakes[0].open_checkout([("X", 2)])

    step(hub)

    assert hub.moves() == []


def test_d06_orders_made_before_the_baseline_move_no_stock(hub: Hub) -> None:
    hub.time = hub.time.replace(hour=8)
    before = hub.fakes[0].place_order([("X", 1)])
    hub.time = hub.time.replace(hour=12)

    hub.deliver()
    assert hub.moves() == []
    hub.fakes[0].set_status(before, "cancelled")
    hub.deliver()

    assert hub.moves() == [1]


def test_d06_what_a_store_sold_before_it_was_connected_moves_no_stock(hub: Hub) -> None:
    hub.tick(3 * 86400)
    with FakeStore("D", webhook_secret=WEBHOOK_SECRET, clock=hub.now) as late:
        late.add_product("X", 10)
        late.place_order([("X", 3)])
        hub.tick(86400)
        hub.add_store(late, push_state="off", stock_from=None, order_cursor=None)

        hub.poll()
        assert (hub.moves(), hub.on_hand()) == ([], 10)
        late.place_order([("X", 1)])
        hub.poll()

        assert (hub.moves(), hub.on_hand()) == ([-1], 9)


def test_d06_what_was_sold_before_moves_no_stock_when_it_is_mapped_later(hub: Hub) -> None:
    hub.tick(3 * 86400)
    with FakeStore("D", webhook_secret=WEBHOOK_SECRET, clock=hub.now) as late:
        late.add_product("OTHER", 10)
        late.place_order([("OTHER", 3)])
        hub.tick(86400)
        hub.add_store(late, push_state="off", stock_from=None, order_cursor=None)
        late.place_order([("OTHER", 1)])
        hub.poll()

        with hub.database.transaction() as db:
            say_product(db, 4, late.product("OTHER").id, 0, "X")
            rematch(db, "mapped")

        assert hub.moves() == [-1]
