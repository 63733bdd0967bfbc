"""Parameters in the query of a request: each is checked, and refused by name."""

import re
import zoneinfo
from contextlib import suppress
from datetime import date, datetime, timedelta

from flask import request
from werkzeug.exceptions import BadRequest

LONGEST_HISTORY = 400  # periods


class Refused(BadRequest):
    """A parameter's value cannot be used; `errors` says which and why."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.errors = {name: sentence}


def choice(name: str, *allowed: str) -> str:
    """Return the parameter's value; the first allowed one if it is absent."""
    value = request.args.get(name, allowed[0])
    if value not in allowed:
        raise Refused(name, f"{name} must be one of {', '.join(allowed)}.")
    return value


def kind() -> dict[str, str | None]:
    return {"model": request.args.get("model"), "variant": request.args.get("variant")}


def day(name: str, default: date) -> date:
    value = request.args.get(name, default.isoformat())
    if re.fullmatch(r"(19[7-9]|2[0-8][0-9])[0-9]-[0-9]{2}-[0-9]{2}", value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise Refused(name, f"{name} must be a date from 1970-01-01 to 2899-12-31, such as 2026-11-20.")


def periods(by: str, zone: zoneinfo.ZoneInfo) -> list[date]:
    """Return the first day of each whole period that `from` to `to` touches, and of the next one."""
    last = day("to", datetime.now(zone).date())
    back = timedelta(days={"day": 29, "week": 175, "month": 335}[by])
    first = day("from", max(last - back, date(1970, 1, 1)))
    if first > last:
        raise Refused("from", "from must not be later than to.")
    starts = [first - timedelta(days={"day": 0, "week": first.weekday(), "month": first.day - 1}[by])]
    while starts[-1] <= last and len(starts) <= LONGEST_HISTORY + 1:
        month = (starts[-1].replace(day=28) + timedelta(days=4)).replace(day=1)
        starts.append(month if by == "month" else starts[-1] + timedelta(days=7 if by == "week" else 1))
    if len(starts) > LONGEST_HISTORY + 1:
        raise Refused("from", f"from is too early: at most {LONGEST_HISTORY} periods are answered.")
    return starts
