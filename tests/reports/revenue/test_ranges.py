"""Which days an address asks for, and the hours, days, weeks or months they are shown in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from writer.lib import clock
from writer.reports.revenue import Range

NOW = datetime(2026, 11, 30, 11, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _london(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    clock.use_zone(ZoneInfo("Europe/London"))
    yield
    clock.use_zone(ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("args", "first_on", "days", "unit"),
    [
        ({}, date(2026, 11, 24), 7, "day"),
        ({"range": "today"}, date(2026, 11, 30), 1, "hour"),
        ({"range": "30"}, date(2026, 11, 1), 30, "day"),
        ({"range": "year"}, date(2025, 12, 1), 365, "week"),
        ({"range": "ever"}, date(2026, 11, 24), 7, "day"),
        ({"from": "2026-11-10", "to": "2026-11-12"}, date(2026, 11, 10), 3, "day"),
        ({"from": "2026-11-12", "to": "2026-11-10"}, date(2026, 11, 10), 3, "day"),
        ({"from": "2026-11-29"}, date(2026, 11, 29), 2, "day"),
        ({"to": "2026-11-12"}, date(2026, 11, 12), 1, "hour"),
        ({"from": "2026-11-29", "to": "2030-01-01"}, date(2026, 11, 29), 2, "day"),
        ({"from": "2024-11-30", "to": "2026-11-30"}, date(2024, 11, 30), 731, "month"),
        ({"from": "0001-01-01", "to": "2026-11-30"}, date(2016, 11, 23), 3660, "month"),
        ({"from": "0001-01-01", "to": "0001-01-05"}, date(2000, 1, 1), 1, "hour"),
        ({"from": "yesterday", "to": "now"}, date(2026, 11, 24), 7, "day"),
    ],
)
def test_what_an_address_asks_for(args: dict[str, str], first_on: date, days: int, unit: str) -> None:
    found = Range.asked(args)

    assert (found.first_on, found.days, found.unit) == (first_on, days, unit)


@pytest.mark.parametrize(
    "chosen",
    [
        Range.of("7"),
        Range.of("year"),
        Range(date(2026, 3, 29), date(2026, 3, 29)),  # has 23 hours
        Range(date(2026, 10, 25), date(2026, 10, 25)),  # has 25
        Range(date(2026, 10, 20), date(2026, 10, 31)),
        Range(date(2024, 1, 17), date(2026, 2, 3)),
    ],
)
def test_the_parts_are_the_whole_range_without_a_gap_and_so_are_those_before(chosen: Range) -> None:
    parts, moments, before = chosen.parts(), chosen.moments(), chosen.moments_before()

    assert (moments[0], moments[-1]) == chosen.span
    assert [part.first_at for part in parts] == moments[:-1]
    assert [part.until for part in parts] == moments[1:]
    assert before[0] == clock.day_start(chosen.before.first_on)
    assert before[-1] == moments[0]
    assert before == sorted(before)
    if chosen.unit != "hour":
        assert len(before) == len(moments)


def test_days_begin_when_they_begin_in_the_shop() -> None:
    summer = Range(date(2026, 7, 1), date(2026, 7, 2))

    assert summer.span == (datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 2, 23, tzinfo=UTC))
    assert len(Range(date(2026, 3, 29), date(2026, 3, 29)).parts()) == 23
    assert len(Range(date(2026, 10, 25), date(2026, 10, 25)).parts()) == 25


def test_a_range_that_lasts_is_compared_with_as_much_of_the_days_before() -> None:
    assert Range.of("7").elapsed_before == (
        datetime(2026, 11, 17, tzinfo=UTC),
        datetime(2026, 11, 23, 11, 30, tzinfo=UTC),
    )
    assert Range.of("today").elapsed_before[1] == NOW - timedelta(days=1)
    over = Range(date(2026, 11, 10), date(2026, 11, 12))
    assert over.elapsed_before == (datetime(2026, 11, 7, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("chosen", "title"),
    [
        (Range(date(2026, 11, 30), date(2026, 11, 30), "today"), "Today"),
        (Range(date(2026, 11, 24), date(2026, 11, 30), "7"), "24\N{EN DASH}30 Nov"),
        (Range(date(2026, 10, 24), date(2026, 11, 30)), "24 Oct \N{EN DASH} 30 Nov"),
        (Range(date(2025, 12, 1), date(2026, 11, 30)), "1 Dec 2025 \N{EN DASH} 30 Nov"),
        (Range(date(2026, 11, 3), date(2026, 11, 3)), "3 Nov"),
    ],
)
def test_the_days_in_words(chosen: Range, title: str) -> None:
    assert chosen.title == title


def test_the_present_hour_is_now_and_later_ones_are_to_come() -> None:
    hours = Range.of("today").parts()

    assert [hour.label for hour in hours if hour.is_now] == ["11:00"]
    assert next(hour.label for hour in hours if hour.is_to_come) == "12:00"
    assert not any(day.is_to_come for day in Range.of("7").parts())
