"""An answer that is older than what is known is said, and no number in it is taken for a difference."""

from dataclasses import replace
from typing import Any

import pytest

from tests.fake_services.store_answers import Answer, Request
from tests.hub import Hub
from writer.db.schema.differences import stock_differences
from writer.db.schema.notices import notices
from writer.stores.listings import check_all

pytestmark = pytest.mark.hub(stores=1, items={"X": 10})


class Cache:
    """Answers GETs of a path with the first body it saw there, whatever the query; switched on at will."""

    def __init__(self, hub: Hub, path: str) -> None:
        self.path, self.kept, self.is_on = path, None, False
        faults = hub.fakes[0].faults
        self.before, self.passing = faults.before, faults.passing
        object.__setattr__(faults, "before", self.answer)
        object.__setattr__(faults, "passing", self.keep)

    kept: Answer | None

    def answer(self, request: Request) -> Answer | None:
        is_kept = self.is_on and request.method == "GET" and request.path.endswith(self.path)
        return self.kept if is_kept and self.kept is not None else self.before(request)

    def keep(self, request: Request, answer: Answer) -> Answer:
        if not self.is_on and request.method == "GET" and request.path.endswith(self.path):
            self.kept = replace(answer)
        return self.passing(request, answer)


def check(hub: Hub) -> None:
    """Compare every listing, as is done once an hour."""
    with hub.database.transaction() as db:
        check_all(db, 1)
    hub.push()


def kinds(hub: Hub) -> list[str]:
    return hub.open_notices()


def test_a_product_older_than_our_own_write_is_said_and_no_difference(hub: Hub) -> None:
    cache = Cache(hub, "/products")
    check(hub)
    hub.tick(60)
    kept, before = cache.kept, hub.shown()
    hub.sell_here(2)
    hub.push()
    assert (before, hub.shown()) == ([10], [8])
    hub.sell_here(-1)
    hub.push()
    cache.kept, cache.is_on = kept, True

    for _ in range(3):
        hub.tick(3700)
        check(hub)

    assert (hub.rows(stock_differences), hub.shown(), hub.on_hand()) == ([], [9], 9)
    assert kinds(hub) == ["old answer"]
    assert hub.listing(1).problem is None


def test_a_change_by_hand_is_seen_past_a_cache(hub: Hub) -> None:
    cache = Cache(hub, "/products")
    check(hub)
    kept = cache.kept
    hub.tick(60)
    hub.sell_here(2)
    hub.push()
    hub.fakes[0].set_stock("X", 55)
    cache.kept, cache.is_on = kept, True

    for _ in range(2):
        hub.tick(61)
        check(hub)

    assert (hub.shown(), len(hub.rows(stock_differences))) == ([8], 1)


def test_what_an_old_answer_says_of_another_product_is_no_difference(hub: Hub) -> None:
    hub.add_item("Z")
    cache = Cache(hub, "/products")
    other = hub.fakes[0].product("Z")
    hub.fakes[0].set_stock("Z", 55)
    same = other.modified_at  # a plugin changes its number without its date
    check(hub)
    kept = cache.kept
    hub.fakes[0].set_stock("Z", 10)
    other.modified_at = same
    hub.tick(60)
    hub.sell_here(2)
    hub.push()
    cache.kept, cache.is_on = kept, True

    for _ in range(3):
        hub.tick(61)
        check(hub)

    assert hub.rows(stock_differences) == []
    assert (hub.shown(), hub.shown("Z")) == ([8], [10])


def test_a_shop_that_was_restored_from_a_backup_is_brought_to_the_count(hub: Hub) -> None:
    hub.sell_here(2)
    hub.push()
    product = hub.fakes[0].product("X")
    hub.tick(60)
    hub.fakes[0].set_stock("X", 10)
    product.modified_at = product.modified_at.replace(year=2025)

    for _ in range(2):
        check(hub)
        hub.tick(61)

    assert hub.shown() == [8]


def test_orders_older_than_recorded_are_said_and_keep_a_number_from_being_a_difference(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("X", 1)])
    cache = Cache(hub, "/orders")
    hub.poll()
    hub.tick(30)
    hub.fakes[0].set_status(order, "completed")
    hub.deliver()
    cache.is_on = True
    hub.fakes[0].set_stock("X", 55)

    for _ in range(3):
        hub.tick(61)
        check(hub)

    assert (hub.rows(stock_differences), hub.shown()) == ([], [55])
    assert kinds(hub) == ["old answer"]
    assert hub.rows(notices)[0].subject == "store 1"
    cache.is_on = False
    hub.tick(61)
    hub.poll()
    assert kinds(hub) == []
    check(hub)
    assert hub.shown() == [9]


def test_what_a_webhook_brings_while_the_store_is_asked_makes_no_answer_an_old_one(hub: Hub) -> None:
    order = hub.fakes[0].place_order([("X", 1)])
    hub.poll()
    hub.tick(30)
    faults = hub.fakes[0].faults
    passing = faults.passing

    def change_meanwhile(request: Request, answer: Answer) -> Any:
        if request.path.endswith("/orders"):
            hub.tick(1)
            hub.fakes[0].set_status(order, "completed")
            hub.deliver()
        return passing(request, answer)

    object.__setattr__(faults, "passing", change_meanwhile)
    hub.poll()

    assert kinds(hub) == []
