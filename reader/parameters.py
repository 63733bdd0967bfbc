"""Parameters in the query of a request: each is checked, and refused by name."""

import re
import zoneinfo
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

from flask import request
from werkzeug.exceptions import BadRequest

LONGEST_HISTORY = 400  # periods
PERIODS = ("day", "week", "month")
# By what the bars of a range are, where nothing else is asked for.
RANGES = {"30d": "day", "90d": "week", "12m": "month", "all": "month"}


class Refused(BadRequest):
    """A parameter's value cannot be used; `errors` says which and why."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.errors = {name: sentence}


def choice(name: str, *allowed: str) -> str:
    """Return the parameter's value; the first allowed one if it is absent."""
    value = request.args.get(name, allowed[0])
    if value not in allowed:
        raise Refused(name, f"{name} must be one of {', '.join(filter(None, dict.fromkeys(allowed)))}.")
    return value


def kind() -> dict[str, str | None]:
    return {"model": request.args.get("model"), "variant": request.args.get("variant")}


def day(name: str, default: date) -> date:
    value = request.args.get(name, default.isoformat())
    if re.fullmatch(r"(19[7-9]|2[0-8][0-9])[0-9]-[0-9]{2}-[0-9]{2}", value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise Refused(name, f"{name} must be a date from 1970-01-01 to 2899-12-31, such as 2026-11-20.")


def by_and_range() -> tuple[str, str]:
    """Return by what the bars are, and the range that is asked for; "": none, or days that say it."""
    asked = choice("range", "", *RANGES)
    span = "" if request.args.keys() & {"from", "to"} else asked
    return choice("by", RANGES.get(span, "day"), *PERIODS), span


def periods(by: str, span: str, zone: zoneinfo.ZoneInfo, first_sold: Callable[[], date]) -> list[date]:
    """Return the first day of each whole period that the days or the range touch, and of the next one."""
    last = day("to", datetime.now(zone).date())
    backs = {"30d": 29, "90d": 89, "12m": 335, "day": 29, "week": 175, "month": 335}
    back = last - first_sold() if span == "all" else timedelta(days=backs[span or by])
    first = day("from", max(last - back, date(1970, 1, 1)))
    if first > last:
        raise Refused("from", "from must not be later than to.")
    starts = [first - timedelta(days={"day": 0, "week": first.weekday(), "month": first.day - 1}[by])]
    while starts[-1] <= last and len(starts) <= LONGEST_HISTORY + 1:
        starts.append(_moved(starts[-1], by, 1))
    if len(starts) > LONGEST_HISTORY + 1:
        raise Refused("from", f"from is too early: at most {LONGEST_HISTORY} periods are answered.")
    return starts


def before(starts: list[date], by: str) -> list[date]:
    """Return as many periods just before these, and the first day of these."""
    return [_moved(start, by, 1 - len(starts)) for start in starts]


def _moved(start: date, by: str, periods: int) -> date:
    """Return the first day of the period so many after this one."""
    if by != "month":
        return start + timedelta(days=periods * (7 if by == "week" else 1))
    years, month = divmod(start.month - 1 + periods, 12)
    return date(start.year + years, month + 1, 1)
