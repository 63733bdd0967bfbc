"""Moments as addresses name them."""

from datetime import UTC, datetime

import pytest

from writer.lib import clock


@pytest.mark.parametrize("text", ["2026-11-30T10:00:00", "2026-11-30T10:00:00Z", "2026-11-30T12:00:00+02:00"])
def test_a_moment_is_read_in_utc(text: str) -> None:
    assert clock.read(text) == datetime(2026, 11, 30, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-13-01"]
)
def test_what_is_no_moment_in_utc_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        clock.read(text)
