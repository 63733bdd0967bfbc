"""How often a store is polled, and from when on: after a sale, by day, at night, after a quiet while."""

from datetime import UTC, datetime, timedelta

import pytest

from writer.sync.order_import import Pace

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CURSOR = NOON - timedelta(hours=3)
WANTED = timedelta(seconds=15)


def quiet_since(moment: datetime, utc_offset_h: int = 0) -> Pace:
    """Return what is remembered of a store that sold something then."""
    pace = Pace()
    pace.note(CURSOR - timedelta(hours=1), None, moment)
    pace.note(CURSOR, timedelta(hours=utc_offset_h), moment)
    return pace


@pytest.mark.parametrize(
    ("after_s", "wanted_s", "expected_s"),
    [(0, 15, 5), (119, 15, 5), (119, 60, 20), (119, 9, 5), (120, 15, 15), (3600, 15, 15)],
)
def test_a_change_is_followed_by_quick_polls_for_two_minutes(
    after_s: int, wanted_s: int, expected_s: int
) -> None:
    now = NOON + timedelta(seconds=after_s)

    assert quiet_since(NOON).interval(timedelta(seconds=wanted_s), now) == timedelta(seconds=expected_s)


@pytest.mark.parametrize(
    ("utc_offset_h", "hour", "expected_s"),
    [(0, 3, 60), (0, 5, 60), (0, 6, 15), (0, 23, 15), (-7, 3, 15), (-7, 8, 60), (13, 12, 60), (13, 3, 15)],
)
def test_night_is_by_the_stores_own_clock(utc_offset_h: int, hour: int, expected_s: int) -> None:
    now = NOON.replace(hour=hour) + timedelta(days=1)

    assert quiet_since(NOON, utc_offset_h).interval(WANTED, now) == timedelta(seconds=expected_s)


def test_a_sale_at_night_is_followed_by_quick_polls_too() -> None:
    night = NOON.replace(hour=3)

    assert quiet_since(night).interval(WANTED, night) == timedelta(seconds=5)


def test_a_store_whose_clock_is_not_known_has_no_night() -> None:
    pace = Pace()
    pace.note(CURSOR, None, NOON)

    assert pace.interval(WANTED, NOON.replace(hour=3) + timedelta(days=1)) == WANTED


def test_what_was_sold_before_the_worker_began_brings_no_quick_polls() -> None:
    pace = Pace()
    pace.note(CURSOR, timedelta(0), NOON)

    assert pace.interval(WANTED, NOON) == WANTED


def test_polls_overlap_until_the_cursor_has_stood_still_for_as_long() -> None:
    pace = quiet_since(NOON)

    assert Pace().overlap(NOON) == timedelta(minutes=5)
    assert pace.overlap(NOON + timedelta(minutes=5)) == timedelta(minutes=5)
    assert pace.overlap(NOON + timedelta(seconds=301)) == timedelta(0)


def test_a_moved_cursor_brings_the_overlap_back_and_one_that_stands_still_does_not() -> None:
    later = NOON + timedelta(minutes=10)
    pace, moved = quiet_since(NOON), quiet_since(NOON)

    pace.note(CURSOR, None, later)
    moved.note(later, None, later)

    assert pace.overlap(later) == timedelta(0)
    assert pace.utc_offset == timedelta(0)
    assert moved.overlap(later) == timedelta(minutes=5)


def test_a_store_is_polled_at_once_if_it_never_was_or_a_clock_was_ahead() -> None:
    pace = quiet_since(NOON - timedelta(hours=1))

    assert pace.next_at(15, None, NOON) == NOON
    assert pace.next_at(15, NOON + timedelta(days=1), NOON) == NOON
    assert pace.next_at(15, NOON, NOON) == NOON + WANTED


def test_a_clock_that_is_set_back_begins_the_quick_polls_and_the_overlap_anew() -> None:
    pace = quiet_since(NOON + timedelta(days=1))

    assert pace.interval(WANTED, NOON) == WANTED
    pace.note(CURSOR, None, NOON)
    assert pace.moved_at == NOON
