"""Needs you: one line for each thing to do, the most urgent first, and nothing that may not be seen."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection

from tests.delivering import deliver, make_line, make_order_body
from tests.hub import Hub
from tests.makers import grant_every_store
from tests.page import data_values
from writer.db import Database
from writer.lib.store_scope import EVERYTHING, NOTHING, StoreScope
from writer.people import Notice, notices
from writer.stock import movements
from writer.web import needs
from writer.web.needs import Need, Urgency

pytestmark = pytest.mark.postgres


def found(database: Database, store_scope: StoreScope = EVERYTHING) -> list[Need]:
    with database.reading() as db:
        return needs.list_needs(db, store_scope)


def order(app: Flask, number: int, **changes: object) -> None:
    deliver(app.test_client(), make_order_body(id=number, **changes))


def test_nothing_to_do_is_said_in_a_friendly_way(admin: FlaskClient, database: Database) -> None:
    assert found(database) == []
    assert data_values(admin.get("/").text, "need") == []


def test_orders_to_ship_say_since_when_the_oldest_waits(app: Flask, database: Database) -> None:
    order(app, 1, date_created_gmt="2026-11-20T09:00:00")
    order(app, 2, date_created_gmt="2026-11-19T09:05:00")
    order(app, 3, date_created_gmt="2026-11-10T09:05:00", status="completed")

    [need] = found(database)

    assert (need.sentence, need.more) == ("2 orders to ship", "the oldest waits since yesterday 09:05")
    assert (need.button, need.href, need.kind) == ("Ship", "/orders?view=to-ship", "info")


def test_an_order_that_waits_for_long_is_late(app: Flask, database: Database) -> None:
    order(app, 1, date_created_gmt="2026-11-16T11:00:00")

    [need] = found(database)

    assert (need.more, need.kind) == ("the oldest waits since Monday", "warn")


def test_products_that_run_out_are_named(database: Database) -> None:
    with database.transaction() as db:
        movements.add_product(db, "ada", "A", 1, reorder_point=5)
        movements.add_product(db, "ada", "B", 100, reorder_point=5)

    [need] = found(database)

    assert (need.urgency, need.href) == (Urgency.RUNNING_OUT, "/stock?state=running-out")
    assert (need.sentence, need.more) == ("1 product runs out", "A has 1 left")


def test_what_counts_as_nothing_is_to_be_sorted(app: Flask, database: Database) -> None:
    order(app, 1, status="completed", line_items=[make_line(sku="STICKER")])

    [need] = found(database)

    assert (need.urgency, need.sentence, need.href) == (Urgency.TO_SORT, "1 product to sort", "/to-sort")


def test_a_notice_that_is_alone_says_what_it_is_about_and_leads_there(database: Database) -> None:
    with database.transaction() as db:
        sentence = "South Shop shows 9 of X, and the count says 7. Decide which is right."
        notices.open_(db, Notice.DIFFERENCE, sentence, store_id=1, listing_id=5, drift_id=4)

    [need] = found(database)

    assert (need.sentence, need.more) == (
        "South Shop shows 9 of X, and the count says 7",
        "Decide which is right.",
    )
    assert (need.button, need.href) == ("Resolve", "/stores/1/differences#drift-4")


def test_several_notices_of_a_kind_are_one_line_that_leads_to_all_of_them(
    admin: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        for number in (1, 2):
            notices.open_(db, Notice.DELIVERY_FAILED, "It failed.", store_id=1, delivery_id=number)
        notices.open_(db, Notice.BACKUP, "There is no backup.")

    [first, _] = found(database)

    assert (first.sentence, first.href) == ("2 deliveries are not counted", "/notices?kind=delivery+failed")
    assert data_values(admin.get(first.href).text, "notice") == ["2", "1"]


def test_the_most_urgent_is_first(app: Flask, database: Database) -> None:
    order(app, 1, line_items=[make_line(sku="STICKER")])
    with database.transaction() as db:
        movements.add_product(db, "ada", "A", 1, reorder_point=5)
        notices.open_(db, Notice.BACKUP, "There is no backup.")
        notices.open_(db, Notice.DELIVERY_FAILED, "It failed.", store_id=1, delivery_id=1)
        notices.open_(db, Notice.DIFFERENCE, "It differs.", store_id=1, listing_id=5, drift_id=4)
        notices.open_(db, Notice.LINE_HELD, "It waits.", store_id=1, order_id=1, line="11")

    assert [need.urgency for need in found(database)] == [*Urgency]


def test_what_may_not_be_seen_is_not_counted(app: Flask, staff: FlaskClient, database: Database) -> None:
    order(app, 1, line_items=[make_line(sku="STICKER")])
    with database.transaction() as db:
        notices.open_(db, Notice.DELIVERY_FAILED, "It failed.", store_id=1, delivery_id=1)
        notices.open_(db, Notice.BACKUP, "There is no backup.")

    before = data_values(staff.get("/").text, "need")
    grant_every_store(database)
    after = data_values(staff.get("/").text, "need")

    assert found(database, NOTHING) == []
    assert before == []
    assert after == ["1 delivery is not counted", "1 order to ship", "1 product to sort"]


@pytest.mark.hub(stores=2)
def test_a_store_that_cannot_be_used_is_said_once(hub: Hub) -> None:
    hub.fakes[0].faults.keys_revoked = True
    hub.poll()
    hub.tick(3600)
    hub.poll()

    [need] = found(hub.database)

    assert (need.urgency, need.sentence) == (Urgency.TO_DECIDE, "A is paused")
    assert (need.button, need.href) == ("Resume", "/stores/1/stock-sync")


@pytest.mark.hub(stores=2)
def test_a_store_that_is_down_leads_to_what_failed(hub: Hub) -> None:
    hub.fakes[0].take_down()
    hub.poll()

    [need] = found(hub.database)

    assert (need.urgency, need.sentence) == (Urgency.BROKEN, "Contact with A fails")
    assert need.href == "/stores/1/activity?outcome=trouble"


@pytest.mark.hub(stores=2)
def test_listings_that_take_no_count_are_counted_by_store_and_seen_by_who_may(hub: Hub) -> None:
    hub.fakes[1].set_managed("X", False)
    hub.sell_here(1)
    hub.push()

    [need] = found(hub.database)

    assert need.sentence == "B does not take 1 count"
    assert found(hub.database, StoreScope(frozenset({1}))) == []


def test_later_areas_join_by_the_hook(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def payments(_db: Connection, _store_scope: StoreScope) -> Iterator[Need]:
        yield Need(Urgency.TO_DECIDE, "1 payment came late", "", "Decide", "/payments", "cash-stack")

    monkeypatch.setattr(needs, "need_sources", [*needs.need_sources, payments])

    assert [need.href for need in found(database)] == ["/payments"]


def test_the_clock_of_these_tests_is_known() -> None:
    assert datetime(2026, 11, 20, tzinfo=UTC).weekday() == 4  # a Friday
