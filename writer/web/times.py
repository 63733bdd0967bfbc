"""How pages write times, numbers and words: in the shop's time zone, as people say them."""

from datetime import UTC, date, datetime, timedelta

from writer.lib import clock


def ago(moment: datetime) -> str:
    """Say when something was or will be, shortly: "now", "4 min", "yesterday 14:05", "Friday", "3 Nov".

    A time to come is said with "in": "in 5 min"; another year with its number.
    """
    present = clock.now()
    minutes = int((present - moment).total_seconds() // 60)
    here, today = clock.local(moment), clock.local_day(present)
    days = (today - here.date()).days
    if minutes < 0:
        return _ahead(moment - present, here, days)
    if minutes < 60:
        return f"{minutes} min" if minutes else "now"
    if days == 0 or minutes < 6 * 60:
        return f"{minutes // 60} h"
    if days == 1:
        return f"yesterday {here:%H:%M}"
    return f"{here:%A}" if days < 7 else short_day(here.date())


def _ahead(left: timedelta, here: datetime, days: int) -> str:
    minutes = int(left.total_seconds() // 60) + 1
    if minutes < 60:
        return f"in {minutes} min"
    if days == 0:
        return f"in {minutes // 60} h"
    return f"tomorrow {here:%H:%M}" if days == -1 else short_day(here.date())


def when(moment: datetime) -> str:
    """Write a time out: "30 Nov 2026, 11:35"."""
    here = clock.local(moment)
    return f"{here.day} {here:%b %Y, %H:%M}"


def iso(moment: datetime) -> str:
    """Write a time for a machine: "2025-03-01T14:05:09Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(on: date) -> str:
    """Write a day out: "Mon 30 Nov 2026"."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def short_day(on: date) -> str:
    """Write a day shortly: "3 Nov", or "3 Nov 2025" of another year than this."""
    return f"{on.day} {on:%b}" if on.year == clock.today().year else f"{on.day} {on:%b %Y}"


def number(count: int) -> str:
    """Write a whole number as people read it: 1284 -> "1,284"."""
    return f"{count:,}".replace("-", "\N{MINUS SIGN}")


def plural(count: int, one: str, more: str | None = None) -> str:
    """Write a number with its word: (1, "order") -> "1 order", (2, "order") -> "2 orders"."""
    return f"{number(count)} {one if count == 1 else more or one + 's'}"
