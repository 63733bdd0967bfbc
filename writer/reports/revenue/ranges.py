"""Which days a page is about, and the hours, days, weeks or months that they are shown in."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from writer.lib import clock
from writer.web import times

CHOICES = {"today": "Today", "7": "7 days", "30": "30 days", "year": "Year"}
USUAL = "7"
_DAYS = {"today": 1, "7": 7, "30": 30, "year": 365}
MOST_DAYS = 3660
_OLDEST = date(2000, 1, 1)  # before any store there is
MOST_BY_DAY = 62
MOST_BY_WEEK = 400


@dataclass(frozen=True)
class Part:
    """One stretch of a range as it is shown: an hour, a day, a week or a month."""

    label: str  # short, under a chart
    name: str  # in full
    first_at: datetime
    until: datetime
    first_on: date
    last_on: date

    @property
    def is_now(self) -> bool:
        return self.first_at <= clock.now() < self.until

    @property
    def is_to_come(self) -> bool:
        return self.first_at > clock.now()


@dataclass(frozen=True)
class Range:
    """Days of the shop's time zone, both included. `choice` is one of CHOICES, or "" if chosen freely."""

    first_on: date
    last_on: date
    choice: str = ""

    @classmethod
    def asked(cls, args: Mapping[str, str]) -> "Range":
        """Return the range that a query string asks for; what cannot be read is the usual one."""
        first, last = _day(args.get("from", "")), _day(args.get("to", ""))
        if first is not None or last is not None:
            return cls.between(first or last or clock.today(), last or clock.today())
        choice = args.get("range", USUAL)
        return cls.of(choice if choice in CHOICES else USUAL)

    @classmethod
    def of(cls, choice: str) -> "Range":
        """Return one of CHOICES, up to today."""
        today = clock.today()
        return cls(today - timedelta(days=_DAYS[choice] - 1), today, choice)

    @classmethod
    def between(cls, first_on: date, last_on: date) -> "Range":
        """Return these days in their order; none after today, and no more than ten years."""
        first, last = sorted(min(max(day, _OLDEST), clock.today()) for day in (first_on, last_on))
        return cls(max(first, last - timedelta(days=MOST_DAYS - 1)), last)

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def before(self) -> "Range":
        """Return as many days, up to the day before this range."""
        return Range(self.first_on - timedelta(days=self.days), self.first_on - timedelta(days=1))

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Return the moments at which the range begins and ends."""
        return clock.day_start(self.first_on), clock.day_start(self.last_on + timedelta(days=1))

    @property
    def elapsed_before(self) -> tuple[datetime, datetime]:
        """Return the span of `before` that this range is compared with: as long as this one has lasted."""
        first_at, until = self.before.span
        now = clock.now()
        if self.last_on != clock.today():
            return first_at, until
        so_far = clock.day_start(self.before.last_on) + (now - clock.day_start(self.last_on))
        return first_at, min(so_far, until)

    @property
    def query(self) -> dict[str, str]:
        """Return the parameters that ask for these days, whatever day it is then."""
        return {"from": self.first_on.isoformat(), "to": self.last_on.isoformat()}

    @property
    def title(self) -> str:
        """Return the days in words, shortly: "Today", "3 Nov", or from when to when."""
        if self.choice == "today":
            return "Today"
        first, last = times.short_day(self.first_on), times.short_day(self.last_on)
        if first == last:
            return first
        is_same_month = (self.first_on.year, self.first_on.month) == (self.last_on.year, self.last_on.month)
        return f"{self.first_on.day}\N{EN DASH}{last}" if is_same_month else f"{first} \N{EN DASH} {last}"

    @property
    def unit(self) -> str:
        """Return what its parts are: "hour", "day", "week" or "month"."""
        if self.days == 1:
            return "hour"
        return "day" if self.days <= MOST_BY_DAY else "week" if self.days <= MOST_BY_WEEK else "month"

    def parts(self) -> list[Part]:
        """Return the hours, days, weeks or months of the range, oldest first; the last one may be short."""
        if self.unit == "hour":
            return _hours(*self.span, self.first_on)
        starts = self._starts()
        ends = [*starts[1:], self.last_on + timedelta(days=1)]
        return [self._part(start, end - timedelta(days=1)) for start, end in zip(starts, ends, strict=True)]

    def moments(self) -> list[datetime]:
        """Return the moments at which its parts begin, and the one at which it ends."""
        return [*(part.first_at for part in self.parts()), self.span[1]]

    def moments_before(self) -> list[datetime]:
        """Return the same for the days before, which end where this range begins."""
        if self.unit == "hour":
            return self.before.moments()
        earlier = timedelta(days=self.days)
        return [*(clock.day_start(part.first_on - earlier) for part in self.parts()), self.span[0]]

    def _starts(self) -> list[date]:
        if self.unit == "month":
            days = (self.first_on + timedelta(days=number) for number in range(self.days))
            return [day for day in days if day == self.first_on or day.day == 1]
        step = 7 if self.unit == "week" else 1
        return [self.first_on + timedelta(days=number) for number in range(0, self.days, step)]

    def _part(self, first: date, last: date) -> Part:
        moments = clock.day_start(first), clock.day_start(last + timedelta(days=1))
        if self.unit == "month":
            return Part(f"{first:%b %Y}", f"{first:%B %Y}", *moments, first, last)
        if self.unit == "week":
            return Part(f"{first.day} {first:%b}", Range(first, last).title, *moments, first, last)
        label = f"{first:%a} {first.day}" if self.days <= 14 else f"{first.day} {first:%b}"
        return Part(label, times.day(first), *moments, first, last)


def _hours(first_at: datetime, until: datetime, day: date) -> list[Part]:
    moments = [
        first_at + timedelta(hours=number) for number in range((until - first_at) // timedelta(hours=1))
    ]
    return [
        Part(
            f"{clock.local(start):%H:%M}",
            f"{times.day(day)}, {clock.local(start):%H:%M}",
            start,
            end,
            day,
            day,
        )
        for start, end in pairwise([*moments, until])
    ]


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text.strip())
    return None
