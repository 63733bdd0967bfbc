"""Units over time, and the chart drawn of them."""

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from writer.db import Database
from writer.db.schema.ledger import sales as ledger
from writer.lib.store_scope import EVERYTHING
from writer.sales.ledger import history
from writer.web import charts
from writer.web.charts import Bar

TODAY = date(2026, 11, 20)  # a Friday


def sold(db: Connection, moment: str, quantity: int = 1, model: str = "Fire", variant: str = "24pin") -> None:
    values: dict[str, Any] = {"model": model, "variant": variant, "quantity": quantity}
    when = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    db.execute(insert(ledger).values(date_added=when, **values))


def bars(db: Connection, period: str) -> dict[str, tuple[int, ...]]:
    return {
        bar.name: bar.counts for bar in history.read(db, EVERYTHING, period, TODAY).bars if any(bar.counts)
    }


def test_units_are_counted_by_day_week_and_month(database: Database) -> None:
    with database.transaction() as db:
        sold(db, "2026-11-20T23:59:59", 1)
        sold(db, "2026-11-16T00:00:00", 2)
        sold(db, "2026-11-15T23:59:59", 4, "Ice")
    with database.reading() as db:
        days, weeks, months = (bars(db, period) for period in ("day", "week", "month"))

    assert days == {"Fri 20 Nov 2026": (1, 0), "Mon 16 Nov 2026": (2, 0), "Sun 15 Nov 2026": (0, 4)}
    assert weeks == {"Week of 16 Nov 2026": (3, 0), "Week of 9 Nov 2026": (0, 4)}
    assert months == {"November 2026": (3, 4)}


def test_periods_without_sales_are_there_and_the_last_is_todays(database: Database) -> None:
    with database.reading() as db:
        found = {period: history.read(db, EVERYTHING, period, TODAY) for period in ("day", "week", "month")}

    assert {period: len(read.bars) for period, read in found.items()} == {"day": 30, "week": 26, "month": 24}
    assert [read.bars[-1].name for read in found.values()] == [
        "Fri 20 Nov 2026",
        "Week of 16 Nov 2026",
        "November 2026",
    ]
    assert found["month"].bars[0].label == "Dec 2024"


def test_what_is_older_than_the_chart_is_not_in_it(database: Database) -> None:
    with database.transaction() as db:
        sold(db, "2026-10-21T12:00:00", 8)
    with database.reading() as db:
        assert bars(db, "day") == {}


def test_the_least_sold_types_share_a_colour_when_there_are_many(database: Database) -> None:
    with database.transaction() as db:
        for number in range(10):
            sold(db, "2026-11-20T12:00:00", 100 - number, model=f"M{number}")
    with database.reading() as db:
        found = history.read(db, EVERYTHING, "day", TODAY)

    assert len(found.names) == charts.COLOURS
    assert found.names[-1] == history.OTHERS
    assert found.bars[-1].counts[-1] == 93 + 92 + 91


def test_totals_are_of_all_time_and_leave_out_what_came_to_nothing(database: Database) -> None:
    with database.transaction() as db:
        sold(db, "2001-01-01T12:00:00", 5)
        sold(db, "2026-01-01T12:00:00", 2, "Ice")
        sold(db, "2026-01-02T12:00:00", -2, "Ice")
    with database.reading() as db:
        assert [tuple(row) for row in history.list_totals(db, EVERYTHING)] == [("Fire", "24pin", 5)]


@pytest.mark.parametrize(
    ("span", "step"),
    [(0, 1), (1, 1), (5, 1), (6, 2), (10, 2), (11, 5), (26, 10), (999, 200), (10**9, 2 * 10**8)],
)
def test_ticks_are_round_numbers_and_few(span: int, step: int) -> None:
    assert charts.tick_step(span) == step


def test_parts_of_a_bar_stand_on_each_other_and_fill_its_height() -> None:
    drawing = charts.draw([Bar("a", "a", (1, 3)), Bar("b", "b", (0, 0))], 400, 200)

    first, second = drawing.columns[0].pieces
    zero = next(y for y, value in drawing.ticks if value == 0)
    assert first.y + first.height == pytest.approx(zero)
    assert second.y + second.height == pytest.approx(first.y)
    assert second.height == pytest.approx(3 * first.height, abs=0.05)
    assert drawing.columns[1].pieces == ()


def test_units_taken_back_hang_below_zero() -> None:
    drawing = charts.draw([Bar("a", "a", (-2, 1))], 400, 200)

    down, up = drawing.columns[0].pieces
    zero = next(y for y, value in drawing.ticks if value == 0)
    assert down.y == pytest.approx(zero)
    assert up.y + up.height == pytest.approx(zero)
    assert down.y + down.height <= drawing.bottom + 0.01


def test_everything_is_drawn_within_the_picture_and_labels_do_not_crowd() -> None:
    drawing = charts.draw([Bar(str(n), str(n), (n * 37 % 11, n % 3)) for n in range(30)], 720, 250)

    pieces = [piece for column in drawing.columns for piece in column.pieces]
    assert all(piece.y >= 0 and piece.y + piece.height <= drawing.bottom + 0.01 for piece in pieces)
    labelled = [column.middle for column in drawing.columns if column.is_labelled]
    assert all(right - left >= 60 for left, right in pairwise(labelled))
    assert drawing.columns[-1].is_labelled
