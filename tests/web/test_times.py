"""How pages write times, numbers and words."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from writer.lib import clock
from writer.web import times

pytestmark = pytest.mark.sqlite_only
NOW = datetime(2026, 11, 30, 11, 35, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def _fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def _in_new_york() -> Iterator[None]:
    clock.use_zone(ZoneInfo("America/New_York"))
    yield
    clock.use_zone(ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-30T11:34:30", "now"),
        ("2026-11-30T11:31:00", "4 min"),
        ("2026-11-30T08:30:00", "3 h"),
        ("2026-11-30T00:05:00", "11 h"),
        ("2026-11-29T14:05:00", "yesterday 14:05"),
        ("2026-11-27T14:05:00", "Friday"),
        ("2026-11-03T14:05:00", "3 Nov"),
        ("2025-11-03T14:05:00", "3 Nov 2025"),
        ("2026-11-30T11:39:30", "in 5 min"),
        ("2026-11-30T15:00:00", "in 3 h"),
        ("2026-12-01T09:00:00", "tomorrow 09:00"),
        ("2026-12-24T09:00:00", "24 Dec"),
    ],
)
def test_times_are_said_as_people_do(moment: str, said: str) -> None:
    assert times.ago(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == said


@pytest.mark.usefixtures("_in_new_york")
def test_times_and_days_are_those_of_the_shop() -> None:
    early = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)

    assert times.when(early) == "29 Nov 2026, 22:00"
    assert clock.local_day(early) == date(2026, 11, 29)
    assert clock.day_start(date(2026, 11, 30)) == datetime(2026, 11, 30, 5, 0, tzinfo=UTC)
    assert times.ago(early) == "yesterday 22:00"


def test_a_day_of_a_changing_clock_begins_where_it_should() -> None:
    clock.use_zone(ZoneInfo("Europe/London"))
    try:
        assert clock.day_start(date(2026, 3, 29)) == datetime(2026, 3, 29, 0, 0, tzinfo=UTC)
        assert clock.day_start(date(2026, 3, 30)) == datetime(2026, 3, 29, 23, 0, tzinfo=UTC)
    finally:
        clock.use_zone(ZoneInfo("UTC"))


def test_words_agree_with_their_numbers() -> None:
    assert [times.plural(1, "order"), times.plural(0, "order"), times.plural(1284, "order")] == [
        "1 order",
        "0 orders",
        "1,284 orders",
    ]
    assert times.plural(2, "entry", "entries") == "2 entries"
    assert times.number(-1284) == "\N{MINUS SIGN}1,284"
