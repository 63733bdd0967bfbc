"""Revenue between any moments is that of the orders in between, in whatever time zone days begin."""

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from tests.orders.record.many import FIRST, add_orders, add_stores
from writer.db import Database
from writer.db.schema.orders import orders
from writer.lib.store_scope import EVERYTHING, NOTHING, StoreScope
from writer.orders.browse import Earned, list_earned, list_earning

pytestmark = pytest.mark.postgres

ZONES = (
    "UTC",
    "Europe/London",
    "Australia/Sydney",
    "America/Los_Angeles",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
)


@pytest.fixture
def many(database: Database) -> Database:
    """Orders of two stores and two currencies; some bring nothing, some only money or only units."""
    add_orders(database, add_stores(database, "a", "b"), 400, days=40)
    chance = random.Random(3)
    with database.transaction() as db:
        for order_id in db.execute(select(orders.c.id)).scalars().all():
            brings = chance.choice([(0, 0), (0, 0), (2, 2400), (1, 0), (0, -70), (3, chance.randrange(9999))])
            values = {"units": brings[0], "net_minor": brings[1], "currency": chance.choice(["EUR", "GBP"])}
            db.execute(update(orders).where(orders.c.id == order_id).values(**values))
    return database


def added_up(
    database: Database, moments: list[datetime], store_id: int | None = None
) -> list[dict[str, Earned]]:
    """The same by reading every order."""
    with database.reading() as db:
        rows = [row for row in db.execute(select(orders)) if store_id in (None, row.store_id)]
    found: list[dict[str, Earned]] = []
    for first_at, until in pairwise(moments):
        total: dict[str, Earned] = {}
        for row in rows:
            if first_at <= row.created_at < until and (row.units or row.net_minor):
                so_far = total.get(row.currency, Earned())
                total[row.currency] = so_far.plus(Earned(1, row.units, row.net_minor))
        found.append(total)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_days_of_any_time_zone_are_those_of_their_orders(many: Database, zone: str) -> None:
    # Over the days on which summer time begins in Europe and ends in Australia.
    days = [date(2026, 2, 27) + timedelta(days=number) for number in range(45)]
    moments = [datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) for day in days]

    with many.reading() as db:
        found = list_earned(db, EVERYTHING, moments)
        of_one = list_earned(db, StoreScope(frozenset({2})), moments)

    assert found == added_up(many, moments)
    assert of_one == added_up(many, moments, store_id=2)
    assert sum(earned.orders for day in found for earned in day.values()) > 200


def test_hours_and_long_and_crooked_stretches_are_those_of_their_orders(many: Database) -> None:
    chance = random.Random(11)
    hours = [FIRST + timedelta(days=2, hours=number) for number in range(50)]
    crooked = sorted(FIRST + timedelta(seconds=chance.randrange(40 * 86400)) for _ in range(20))

    with many.reading() as db:
        found = [
            list_earned(db, EVERYTHING, moments) for moments in (hours, crooked, [hours[0], crooked[-1]])
        ]

    assert found == [added_up(many, moments) for moments in (hours, crooked, [hours[0], crooked[-1]])]


def test_the_orders_listed_are_those_that_are_added_up_and_newest_first(many: Database) -> None:
    span = (FIRST + timedelta(hours=3), FIRST + timedelta(days=30, hours=1))

    with many.reading() as db:
        [total] = list_earned(db, EVERYTHING, span)
        rows = list_earning(db, EVERYTHING, span, None, 1000)
        pounds = list_earning(db, EVERYTHING, span, "GBP", 1000)
        pages = list_earning(db, EVERYTHING, span, None, 10), list_earning(db, EVERYTHING, span, None, 10, 10)
        next_page = list_earning(db, EVERYTHING, span, None, 10, after=pages[0][-1])
        unseen = list_earning(db, NOTHING, span, None, 10)

    assert len(rows) == sum(earned.orders for earned in total.values())
    assert rows == sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)
    assert [*pages[0], *pages[1]] == rows[:20]
    assert next_page == pages[1]
    assert unseen == []
    assert total["GBP"] == Earned(
        len(pounds), sum(row.units for row in pounds), sum(row.net_minor for row in pounds)
    )


def test_an_average_is_rounded_half_up_and_none_without_orders() -> None:
    assert Earned(2, 5, 1001).average_minor == 501
    assert Earned(3, 3, 1000).average_minor == 333
    assert Earned(0, 0, 0).average_minor is None


def test_an_order_that_stops_counting_leaves_every_sum(many: Database) -> None:
    span = [FIRST - timedelta(days=1), FIRST + timedelta(days=60)]
    with many.transaction() as db:
        db.execute(update(orders).values(units=0, net_minor=0))

    with many.reading() as db:
        assert list_earned(db, EVERYTHING, span) == [{}]
