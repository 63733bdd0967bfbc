"""How often the worker polls a store's orders, and from when on: what it keeps between two polls. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# A change that a store commits late, or dates a little back, is still found.
OVERLAP = timedelta(minutes=5)
SHORTEST = timedelta(seconds=5)
# A sale seldom comes alone, and the same customer may change his order.
QUICK_FOR = timedelta(minutes=2)
QUICK_SHARE = 3
NIGHT_HOURS = range(6)  # by the store's own clock
NIGHT_FACTOR = 4


@dataclass
class Pace:
    """What is remembered of a store; forgetting it costs a few longer answers."""

    cursor: datetime | None = None
    moved_at: datetime | None = None  # by our clock: when the cursor was first seen to be this one
    has_moved: bool = False  # it was another one before
    utc_offset: timedelta | None = None  # of the store's clock; None: no order has shown it yet

    def note(self, cursor: datetime | None, utc_offset: timedelta | None, now: datetime) -> None:
        """Remember what a poll found."""
        if cursor != self.cursor or self.moved_at is None or self.moved_at > now:
            self.has_moved = self.moved_at is not None and cursor != self.cursor
            self.cursor, self.moved_at = cursor, now
        self.utc_offset = utc_offset if utc_offset is not None else self.utc_offset

    def overlap(self, now: datetime) -> timedelta:
        """Return how far before the cursor the next poll begins.

        Once the cursor has stood still for so long, all before it has been seen again and again: from then on
        a quiet store answers an empty list.
        """
        is_settled = self.moved_at is not None and now - self.moved_at > OVERLAP
        return timedelta(0) if is_settled else OVERLAP

    def interval(self, wanted: timedelta, now: datetime) -> timedelta:
        """Return the time from the beginning of one poll to that of the next."""
        if self.has_moved and self.moved_at is not None and timedelta(0) <= now - self.moved_at < QUICK_FOR:
            return max(min(SHORTEST, wanted), wanted / QUICK_SHARE)
        is_night = self.utc_offset is not None and (now + self.utc_offset).hour in NIGHT_HOURS
        return wanted * NIGHT_FACTOR if is_night else wanted

    def next_at(self, wanted_s: int, polled_at: datetime | None, now: datetime) -> datetime:
        """Return when a store is polled next that was last polled then, at once at the earliest."""
        if polled_at is None or polled_at > now:  # a clock that was ahead has been set back
            return now
        return polled_at + self.interval(timedelta(seconds=wanted_s), now)
