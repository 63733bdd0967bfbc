"""What is a difference and what is none: own orders explain a number, policy or owner decides the rest."""

import threading

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from tests.fake_services.store_model import Order
from tests.hub import Hub, running_hub
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.movements import movements
from writer.db.schema.notices import notices
from writer.db.schema.orders import order_lines
from writer.db.schema.products import products
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.lib.errors import Conflict, NotFound
from writer.stock import movements as movements_of
from writer.stores.connect import policies
from writer.stores.listings import check_all
from writer.stores.listings.actions import map_by_hand
from writer.sync import differences

pytestmark = pytest.mark.hub(stores=2)


@pytest.fixture
def adopting(hub: Hub) -> Hub:
    """A hub that takes over what nothing explains."""
    with hub.database.transaction() as db:
        db.execute(update(stores).values(difference_policy="adopt"))
    return hub


@pytest.fixture
def asking(hub: Hub) -> Hub:
    """A hub that asks its owner about what nothing explains."""
    with hub.database.transaction() as db:
        db.execute(update(stores).values(difference_policy="ask"))
    return hub


def list_gift(hub: Hub) -> None:
    """Let store A sell X under a second SKU."""
    gift = hub.fakes[0].add_product("GIFT", 10)
    with hub.database.transaction() as db:
        values = {
            "store_id": 1,
            "product_id": gift.id,
            "sku": "GIFT",
            "confirmed_quantity": 10,
            "handled_version": 2,
        }
        db.execute(insert(listings).values(**values))
        map_by_hand(db, "ada", 3, "X")
        db.execute(
            update(listings)
            .where(listings.c.id == 3)
            .values(confirmed_quantity=10, handled_version=2, needs_check=False)
        )


def test_our_number_chosen_over_theirs_is_written_although_the_first_write_fails(asking: Hub) -> None:
    asking.let_drift(2, shows=20)
    with asking.database.transaction() as db:
        differences.decide(db, "ada", asking.rows(stock_differences)[0].id, adopt=False)
    asking.fakes[1].faults.broken = True
    asking.fakes[1].faults.only = lambda method, _path: method != "GET"
    asking.push()

    asking.fakes[1].faults.clear()
    asking.tick(70)
    asking.push()

    assert asking.fakes[1].stock("X") == 10


def test_a_difference_is_recorded_once_although_the_write_over_it_fails(hub: Hub) -> None:
    hub.fakes[1].faults.broken = True
    hub.fakes[1].faults.only = lambda method, _path: method != "GET"
    hub.let_drift(2, shows=20)
    for _ in range(3):
        hub.tick(4000)
        hub.push()
    hub.fakes[1].faults.clear()

    hub.tick(4000)
    hub.push()

    assert [
        (row.expected_quantity, row.shown_quantity, row.action) for row in hub.rows(stock_differences)
    ] == [(10, 20, "enforced")]
    assert hub.shown() == [10, 10]


def test_sales_of_two_listings_of_one_sku_are_no_difference(adopting: Hub) -> None:
    a = adopting.fakes[0]
    list_gift(adopting)
    a.place_order([("X", 1)])
    a.place_order([("GIFT", 2)])
    adopting.deliver()

    adopting.settle()

    assert (adopting.on_hand(), adopting.shown(), a.stock("GIFT")) == (7, [7, 7], 7)
    assert adopting.moves() == [-1, -2]


def test_units_that_a_store_kept_are_no_difference(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_hub(app, monkeypatch, rules="old") as hub:
        hub.add_item()
        with hub.database.transaction() as db:
            db.execute(update(stores).values(difference_policy="adopt"))
        order = hub.fakes[0].place_order([("X", 2)], status="on-hold", paid=False)
        hub.deliver()
        hub.fakes[0].set_status(order, "failed")
        hub.deliver()

        hub.settle()

        assert (hub.on_hand(), hub.shown(), hub.moves()) == (10, [10, 10, 10], [-2, 2])


def test_one_change_by_hand_shown_by_two_listings_is_taken_over_once(adopting: Hub) -> None:
    a = adopting.fakes[0]
    list_gift(adopting)
    for sku in ("X", "GIFT"):
        a.set_stock(sku, 20)
    for _ in range(3):
        with adopting.database.transaction() as db:
            check_all(db, 1)
        adopting.push()
        adopting.tick(61)

    assert (adopting.on_hand(), adopting.shown(), a.stock("GIFT")) == (20, [20, 20], 20)
    assert adopting.moves() == [10]


def test_one_change_that_two_listings_ask_about_is_taken_over_once(asking: Hub) -> None:
    list_gift(asking)
    asking.fakes[0].set_stock("GIFT", 20)
    asking.let_drift(1, 20)
    assert asking.open_notices() == ["drift", "drift"]

    asking.sell_here(2)
    with asking.database.transaction() as db:
        differences.decide(db, "ada", 1, adopt=True)
    asking.push()

    assert (asking.on_hand(), asking.shown(), asking.fakes[0].stock("GIFT")) == (18, [18, 18], 18)
    assert asking.open_notices() == []


def test_a_sale_our_write_covered_is_no_difference(adopting: Hub) -> None:
    a = adopting.fakes[0]
    adopting.sell_here(1)
    a.after_request = lambda method, _path: a.place_order([("X", 1)]) if method == "GET" else None
    adopting.push()  # A is read, sells one, and is told 9 over it
    a.after_request = None
    adopting.tick(1)
    a.place_order([("X", 2)])
    adopting.deliver()

    adopting.settle()

    assert (adopting.on_hand(), adopting.shown(), adopting.moves()) == (6, [6, 6], [-1, -1, -2])
    assert adopting.rows(stock_differences) == []


def test_an_order_edited_after_our_write_covered_it_is_no_difference(adopting: Hub) -> None:
    a = adopting.fakes[0]
    adopting.sell_here(1)
    placed: list[Order] = []
    a.after_request = lambda method, _path: placed.append(a.place_order([("X", 1)])) if not placed else None
    adopting.push()  # A is read, sells one, and is told 9 over it
    a.after_request = None
    adopting.tick(5)
    a.edit_line(placed[0], "X", 4)
    adopting.deliver()

    adopting.settle()

    assert (adopting.on_hand(), adopting.shown(), adopting.moves()) == (5, [5, 5], [-1, -4])
    assert adopting.rows(stock_differences) == []


def look_twice(hub: Hub) -> None:
    """Let what every store shows be compared, and once more when a difference would be recorded."""
    for _ in range(2):
        with hub.database.transaction() as db:
            for number in (1, 2):
                check_all(db, number)
        hub.push()
        hub.tick(61)


def unmatch_lines(hub: Hub) -> None:
    """Let the lines that are recorded count as nothing, as those of an earlier version may."""
    with hub.database.transaction() as db:
        db.execute(update(order_lines).values(stock_product_id=None, taken=0))
        db.execute(delete(movements).where(movements.c.order_line_id.is_not(None)))
        db.execute(update(products).values(on_hand=10))


@pytest.mark.parametrize("policy", ["enforce", "adopt", "ask"])
def test_s23_a_number_that_an_order_explains_is_not_written_over_though_it_counts_as_nothing(
    hub: Hub, policy: str
) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).values(difference_policy=policy))
    hub.fakes[0].place_order([("X", 2)])
    hub.deliver()
    unmatch_lines(hub)

    look_twice(hub)
    hub.sell_here(1)
    look_twice(hub)

    assert (hub.on_hand(), hub.shown()) == (9, [8, 9])
    assert hub.rows(stock_differences) == []
    assert hub.open_notices() == ["line uncounted"]
    [notice] = hub.rows(notices)
    assert "Order " in notice.sentence
    assert " for X." in notice.sentence


def test_s23_the_number_is_written_when_the_order_counts(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 2)])
    hub.deliver()
    unmatch_lines(hub)
    look_twice(hub)

    with hub.database.transaction() as db:
        map_by_hand(db, "ada", hub.listing(1).id, "X")
    hub.sell_here(1)
    look_twice(hub)

    assert (hub.on_hand(), hub.shown(), hub.open_notices()) == (7, [7, 7], [])
    assert hub.listing(1).problem is None


def test_another_change_than_the_orders_explain_is_a_difference(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 2)])
    hub.deliver()
    unmatch_lines(hub)
    hub.fakes[0].set_stock("X", 3)

    look_twice(hub)

    assert hub.shown() == [10, 10]
    assert [row.shown_quantity for row in hub.rows(stock_differences)] == [3]


def test_a_line_that_waits_for_review_may_explain_any_fall(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 4)])
    hub.deliver()
    unmatch_lines(hub)
    with hub.database.transaction() as db:
        db.execute(
            update(order_lines).values(problem="Its quantity is 4.5.", store_reduced=None, taken_due=0)
        )

    look_twice(hub)

    assert (hub.shown(), hub.open_notices()) == ([6, 10], ["line uncounted"])


def test_an_order_from_before_the_confirmed_number_explains_nothing(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 2)])
    hub.deliver()
    unmatch_lines(hub)
    hub.fakes[0].set_stock("X", 10)
    hub.tick(300)
    look_twice(hub)  # it shows the count, which is confirmed so
    hub.tick(300)

    hub.fakes[0].set_stock("X", 8)
    look_twice(hub)

    assert hub.shown() == [10, 10]


@pytest.mark.parametrize("is_told", [True, False], ids=["told of the trash", "told of nothing"])
def test_an_order_edited_and_trashed_unheard_and_restored_is_counted_once(
    adopting: Hub, is_told: bool
) -> None:
    a = adopting.fakes[0]
    order = a.place_order([("X", 2)])
    adopting.deliver()
    adopting.settle()
    a.edit_line(order, "X", 5)
    a.trash(order)
    lost = a.take_deliveries()
    if is_told:
        adopting.post(*lost[-1])

    look_twice(adopting)
    adopting.push()
    assert (adopting.on_hand(), adopting.shown()) == (5, [5, 5])
    a.untrash(order)
    adopting.deliver()
    adopting.settle()

    assert (adopting.on_hand(), adopting.shown(), adopting.moves()) == (5, [5, 5], [-2, -3])
    assert adopting.rows(stock_differences) == []


def test_an_order_trashed_before_it_was_heard_of_and_restored_is_counted_once(adopting: Hub) -> None:
    a = adopting.fakes[0]
    order = a.place_order([("X", 2)])
    a.trash(order)
    a.take_deliveries()

    look_twice(adopting)
    a.untrash(order)
    adopting.deliver()
    adopting.settle()

    assert (adopting.on_hand(), adopting.shown(), adopting.moves()) == (8, [8, 8], [-2])


@pytest.mark.parametrize(
    ("policy", "number", "action"), [("enforce", 10, "enforced"), ("adopt", 20, "adopted")]
)
def test_what_was_asked_is_decided_by_the_policy_that_follows(
    asking: Hub, policy: str, number: int, action: str
) -> None:
    asking.let_drift(2, shows=20)
    assert asking.open_notices() == ["drift"]

    with asking.database.transaction() as db:
        policies.change(db, "ada", 2, 0, policy, True, False, 15)
    asking.push()
    asking.push()

    assert (asking.on_hand(), asking.shown(), asking.open_notices()) == (number, [number, number], [])
    assert [(row.action, row.decided_by) for row in asking.rows(stock_differences)] == [(action, "ada")]


def test_a_number_that_was_asked_about_waits_for_no_second_look(asking: Hub) -> None:
    asking.let_drift(2, shows=20)

    assert asking.listing(2).unexplained_at is None


def test_nobody_is_asked_any_more_about_a_listing_that_is_left_alone(asking: Hub) -> None:
    asking.let_drift(2, shows=20)

    with asking.database.transaction() as db:
        map_by_hand(db, "ada", asking.listing(2).id, "")

    assert asking.open_notices() == []
    assert asking.rows(stock_differences)[0].decided_by == "mapping"


def test_a_number_that_is_explained_by_doubt_alone_is_not_written_over_before_orders_are_read(
    adopting: Hub,
) -> None:
    a = adopting.fakes[0]
    order = a.place_order([("X", 4)])
    adopting.deliver()
    a.edit_line(order, "X", 3)
    adopting.deliver()
    adopting.tick(5)
    a.edit_line(order, "X", 4)  # back again, which may look like units that the store never put back
    a.take_deliveries()

    adopting.push()
    adopting.push()
    adopting.settle()

    assert (adopting.on_hand(), adopting.shown(), adopting.moves()) == (6, [6, 6], [-4, 1, -1])
    assert adopting.rows(stock_differences) == []


def take_back(hub: Hub, difference_id: int = 1) -> None:
    with hub.database.transaction() as db:
        differences.take_back(db, "ada", difference_id)


def test_a_number_taken_over_is_taken_back_from_the_count_and_from_every_store(asking: Hub) -> None:
    list_gift(asking)
    asking.fakes[0].set_stock("GIFT", 20)
    asking.let_drift(1, shows=20)
    with asking.database.transaction() as db:
        differences.decide(db, "ada", 1, adopt=True)
    asking.settle()
    assert (asking.on_hand(), asking.shown()) == (20, [20, 20])

    take_back(asking)
    asking.settle()

    assert (asking.on_hand(), asking.shown(), asking.moves()) == (10, [10, 10], [10, -10])
    assert asking.fakes[0].stock("GIFT") == 10
    assert [row.action for row in asking.rows(stock_differences)] == ["enforced", "enforced"]
    assert asking.open_notices() == []


def test_what_was_sold_after_a_number_was_taken_over_stays_sold_when_it_is_taken_back(adopting: Hub) -> None:
    adopting.let_drift(2, shows=20)
    adopting.sell_here(3)
    adopting.push()

    take_back(adopting)
    adopting.settle()

    assert (adopting.on_hand(), adopting.shown()) == (7, [7, 7])


def test_only_what_was_taken_over_can_be_taken_back_and_only_once(asking: Hub) -> None:
    asking.let_drift(2, shows=20)
    with pytest.raises(Conflict):
        take_back(asking)
    with asking.database.transaction() as db:
        differences.decide(db, "ada", 1, adopt=True)
    take_back(asking)

    with pytest.raises(Conflict):
        take_back(asking)
    with pytest.raises(NotFound):
        take_back(asking, 7)
    assert asking.on_hand() == 10


def test_a_listing_that_is_another_product_by_now_takes_nothing_back(asking: Hub) -> None:
    asking.let_drift(2, shows=20)
    with asking.database.transaction() as db:
        differences.decide(db, "ada", 1, adopt=True)
        map_by_hand(db, "ada", asking.listing(2).id, "")

    with pytest.raises(Conflict):
        take_back(asking)


def test_what_was_counted_since_is_not_taken_back(asking: Hub) -> None:
    """The count says what is there, whatever was taken over before."""
    asking.let_drift(2, shows=20)
    with asking.database.transaction() as db:
        differences.decide(db, "ada", 1, adopt=True)
    with asking.database.transaction() as db:
        counted = movements_of.count(db, "ada", [(1, 10)], clock.now())

    with pytest.raises(Conflict, match="counted since"):
        take_back(asking)
    assert asking.on_hand() == 10

    with asking.database.transaction() as db:
        movements_of.take_back_document(db, "ada", counted.document_id)
    take_back(asking)
    assert asking.on_hand() == 10


def test_what_two_take_back_at_once_is_taken_back_once(asking: Hub) -> None:
    asking.let_drift(2, shows=20)
    with asking.database.transaction() as db:
        differences.decide(db, "ada", 1, adopt=True)
    together, answers = threading.Barrier(4), list[str]()

    def try_to() -> None:
        together.wait()
        try:
            take_back(asking)
            answers.append("done")
        except Conflict:
            answers.append("refused")

    threads = [threading.Thread(target=try_to) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["done", "refused", "refused", "refused"]
    assert (asking.on_hand(), asking.moves()) == (10, [10, -10])
