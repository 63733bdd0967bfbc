"""The filter of the audit page, read from the query string."""

from datetime import UTC, date, datetime, time, timedelta

from flask import request

from writer.lib.errors import Invalid
from writer.people.audit.queries import Wanted


def asked() -> Wanted:
    """Return the filter of the query string. Raises Invalid naming a date that cannot be read."""
    since, until = _day("since"), _day("until")
    return Wanted(
        actor=_text("actor"),
        action=_text("action"),
        subject=_text("subject"),
        since=since,
        before=until + timedelta(days=1) if until else None,
    )


def _text(name: str) -> str | None:
    # PostgreSQL refuses NUL in text; no row has one.
    return request.args.get(name, "").strip().replace("\0", "")[:200] or None


def _day(name: str) -> datetime | None:
    text = _text(name)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
        # The last day of the calendar has no next day.
        if not date(1970, 1, 1) <= day <= date(9998, 12, 31):
            raise ValueError
    except ValueError as error:
        raise Invalid(
            f"{text} is not a date: write 2025-12-31.", {name: "Must be a date such as 2026-11-20."}
        ) from error
    return datetime.combine(day, time(), UTC)
