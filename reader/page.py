"""What the public page shows beside its numbers: the ways to another range, to other bars and to one type."""

from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request

from reader.parameters import LONGEST_HISTORY, PERIODS, by_and_range

LABELS = {"30d": "30 days", "90d": "90 days", "12m": "12 months", "all": "All time"}
KEPT = ("range", "from", "to", "by", "compare", "model", "variant", "tz")
_DAYS = {"day": 1, "week": 7, "month": 28}


class Way(NamedTuple):
    """A link to the same page with another choice."""

    label: str
    href: str
    is_here: bool


class Shown(NamedTuple):
    """What the page offers, beside the history that it shows."""

    ranges: list[Way]
    bars: list[Way]
    compare: Way
    kept: dict[str, str]  # what a form with other days keeps
    change: int | None  # units more than in the period before; None: not compared, or rounded away

    @classmethod
    def of(cls, history: dict[str, Any]) -> "Shown":
        """Return what the page of this history offers."""
        by, span = by_and_range()
        here = span or ("30d" if by == "day" and not request.args.keys() & {"from", "to"} else "")
        whole = {"from": None, "to": None, "by": None}
        ranges = [Way(label, link(range=key, **whole), key == here) for key, label in LABELS.items()]
        days = (date.fromisoformat(history["to"]) - date.fromisoformat(history["from"])).days + 1
        fitting = [each for each in PERIODS if days / _DAYS[each] < LONGEST_HISTORY or each == by]
        bars = [Way(each.capitalize(), link(by=each), each == by) for each in fitting]
        is_compared = "before" in history
        compare = Way("", link(compare=None if is_compared else "before"), is_compared)
        kept = {
            name: request.args[name] for name in ("compare", "model", "variant", "tz") if name in request.args
        }
        change = history["total"] - history["before"]["total"] if is_compared else None
        return cls(ranges, bars, compare, kept, change)


def link(**changes: str | None) -> str:
    """Return the address of this page with these parameters changed; None: without it."""
    asked = {**request.args.to_dict(), **changes}
    return f"?{urlencode({name: asked[name] for name in KEPT if asked.get(name)})}"


def long_day(day: str) -> str:
    """Write a day as people do: "2026-11-03" -> "3 Nov 2026"."""
    found = date.fromisoformat(day)
    return f"{found.day} {found:%b %Y}"


def period(start: str, by: str) -> str:
    """Write the period that begins on a day: "Nov 2026", "3 Nov 2026", "week of 2 Nov 2026"."""
    if by == "month":
        return f"{date.fromisoformat(start):%b %Y}"
    return f"week of {long_day(start)}" if by == "week" else long_day(start)
