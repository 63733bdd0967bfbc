"""The one source of the time, always aware UTC; tests replace `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment as an aware datetime in UTC."""
    return datetime.now(UTC)
