"""How long stock lasts: units sold by day, days left, and which products run out soon."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.stock.movements.products import make_product
from writer.db import Database
from writer.db.schema.products import products
from writer.lib import clock
from writer.lib.store_scope import EVERYTHING
from writer.stock import movements
from writer.stock.levels import overview, pace
from writer.stock.levels.overview import Filters

pytestmark = pytest.mark.postgres
MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time: a test sets the one item."""
    told = [MORNING - timedelta(days=60)]
    monkeypatch.setattr(clock, "now", lambda: told[0])
    return told


def sell(database: Database, row: Any, units: int, at: datetime | None = None) -> int:
    with database.transaction() as db:
        return movements.sell(db, "ada", row, units, at=at, may_oversell=True)


def found(database: Database, **filters: Any) -> list[str]:
    with database.reading() as db:
        rows = overview.list_products(db, EVERYTHING, Filters(**filters), 50, 0)
    return [row.sku for row in rows]


def test_what_runs_out_first_comes_first(database: Database, now: list[datetime]) -> None:
    # 30 days of sales: 10 a day, 1 a day, 1 a day, none.
    fast, slow, plenty = (make_product(database, sku, 1000) for sku in ("FAST", "SLOW", "PLENTY"))
    make_product(database, "LOW", 2, reorder_point=2)
    make_product(database, "STILL", 2)
    make_product(database, "OLD", 0, is_active=False, reorder_point=5)
    now[0] = MORNING
    for row, units in ((fast, 300), (slow, 30), (plenty, 30)):
        sell(database, row, units, MORNING - timedelta(days=3))
    for row, left in ((fast, 50), (slow, 7), (plenty, 9)):
        with database.transaction() as db:
            movements.count(db, "ada", [(row.id, left)], MORNING)

    with database.reading() as db:
        running_out = pace.running_out(db)
        count = pace.count_running_out(db)
        in_menu = pace.count_in_menu(db, EVERYTHING)

    assert [(row.sku, row.available, row.days_left) for row in running_out] == [
        ("FAST", 50, 5),
        ("SLOW", 7, 7),
        ("LOW", 2, None),
    ]
    assert count == 3
    assert in_menu == {"/stock": 3}
    assert found(database, state="running-out") == ["FAST", "LOW", "SLOW"]


def test_the_list_and_the_query_tell_the_same_days(database: Database, now: list[datetime]) -> None:
    for age, units in ((1, 3), (2, 5), (12, 7), (29, 4), (31, 9), (50, 2)):
        now[0] = MORNING - timedelta(days=age)
        row = make_product(database, f"P{age}", 40, set_aside=1)
        now[0] = MORNING
        sell(database, row, units)
    make_product(database, "STILL", 4)

    with database.reading() as db:
        query = select(products.c.sku, pace.days_left_of())
        by_query = {row[0]: row[1] for row in db.execute(query)}
        rows = overview.list_products(db, EVERYTHING, Filters(), 50, 0)
        lines = overview.describe(db, EVERYTHING, rows)

    assert by_query == {line.product.sku: line.days_of_cover for line in lines}
    assert by_query["STILL"] is None
    # 36 available, 3 sold in one day; 30 available, 9 sold in thirty.
    assert (by_query["P1"], by_query["P31"]) == (12, 100)


def test_a_sale_counts_on_its_day_and_for_thirty(database: Database, now: list[datetime]) -> None:
    row = make_product(database, on_hand=100)
    now[0] = MORNING
    sell(database, row, 4, MORNING - timedelta(days=30))
    sell(database, row, 5, MORNING - timedelta(days=29))
    sell(database, row, 6)

    with database.reading() as db:
        days = pace.list_sold_days(db, row.id)
        sold = pace.units_sold(db, [row.id])

    assert (days[0], days[-1], sum(days), len(days)) == (5, 6, 11, 30)
    assert sold == {row.id: 11}


def test_what_was_cancelled_or_taken_back_was_not_sold(database: Database, now: list[datetime]) -> None:
    row = make_product(database, on_hand=100)
    now[0] = MORNING
    movement_id = sell(database, row, 5)
    with database.transaction() as db:
        movements.sell_by_hand(db, "ada", 1, "X", 3, MORNING)
        movements.sell_by_hand(db, "ada", 1, "X", 1, MORNING)
        movements.take_back_movement(db, "ada", movement_id)

        sold = pace.units_sold(db, [row.id])

    assert sold == {row.id: 1}


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("on-hand", ["C", "B", "A"]),
        ("available", ["B", "C", "A"]),
        ("sold", ["C", "B", "A"]),
        ("days-left", ["B", "A", "C"]),
        ("sku", ["A", "B", "C"]),
    ],
)
@pytest.mark.parametrize("is_descending", [False, True])
def test_the_list_is_sorted(
    database: Database, now: list[datetime], sort: str, wanted: list[str], is_descending: bool
) -> None:
    first = make_product(database, "A", 39)
    second = make_product(database, "B", 24, set_aside=15)
    make_product(database, "C", 10)
    now[0] = MORNING
    sell(database, first, 9)
    sell(database, second, 4)

    listed = found(database, sort=sort, is_descending=is_descending)

    if sort == "days-left" and is_descending:
        wanted = ["A", "B", "C"]  # of C nothing is known, so it stays last
    elif is_descending:
        wanted = wanted[::-1]
    assert listed == wanted


def test_what_the_list_comes_to(database: Database) -> None:
    make_product(database, "A", 30, set_aside=2)
    make_product(database, "B", 5)
    make_product(database, "OLD", 9, is_active=False)

    with database.reading() as db:
        sums = overview.sum_products(db, EVERYTHING, Filters())
        none = overview.sum_products(db, EVERYTHING, Filters(text="nothing"))

    assert sums == overview.Sums(2, 35, 33)
    assert none == overview.Sums(0, 0, 0)
