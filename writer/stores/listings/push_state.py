"""What is known of the number that a store shows for a listing: a frozen state, and what happens to it. Pure.

Each verb returns the state afterwards. Times come from the caller; nothing here knows the database.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

CHECKS_APART = timedelta(seconds=60)  # two checks that agree about a number nothing explains
MOST_WRITES = 5
WRITES_WITHIN = timedelta(minutes=10)
_NEVER_CONFIRMED = timedelta(days=30)
# A store's clock and ours differ by so much at most.
CLOCKS_APART = timedelta(seconds=60)


@dataclass(frozen=True)
class PushState:
    """The state of a listing; each field is a column of its row, and what None means stands there."""

    confirmed_quantity: int | None = None
    confirmed_at: datetime | None = None
    handled_version: int = 0
    sending_quantity: int | None = None
    written_at: datetime | None = None
    write_count: int = 0
    first_write_at: datetime | None = None
    unexplained_by: int | None = None
    unexplained_at: datetime | None = None
    looked_version: int | None = None
    look_again_at: datetime | None = None
    needs_check: bool = False
    retry_at: datetime | None = None
    problem: str | None = None
    is_gone: bool = False

    # What a check of the store finds

    def checked(self) -> "PushState":
        """The store was asked: nobody needs to ask again for the reason there was."""
        return replace(self, needs_check=False)

    def explained(self) -> "PushState":
        """What the store shows is no difference any more, or nobody waits to find out."""
        return replace(
            self, unexplained_by=None, unexplained_at=None, looked_version=None, look_again_at=None
        )

    def confirmed(self, quantity: int, version: int, now: datetime) -> "PushState":
        """The store shows our count, which was `quantity` in this version of the product."""
        return replace(self.accepted(quantity, version, now), problem=None)

    def accepted(self, quantity: int, version: int, now: datetime) -> "PushState":
        """What the store shows is known, whatever it may be: only later changes need explaining."""
        return replace(
            self.explained(),
            confirmed_quantity=quantity,
            confirmed_at=now,
            handled_version=version,
            sending_quantity=None,
        )

    def unexplained(self, by: int, version: int, now: datetime) -> "PushState":
        """The store shows a number that differs by so many units from what explains itself: check again.

        It is checked in a minute, or once the count is no longer the one of this version. Any commit wakes
        the pusher, so without that the store would be called every second until then.
        """
        return replace(
            self,
            unexplained_by=by,
            unexplained_at=self.unexplained_at if self._was_seen(by, now) else now,
            looked_version=version,
            look_again_at=now + CHECKS_APART,
            needs_check=False,
        )

    def flagged(self, problem: str, version: int, is_gone: bool = False) -> "PushState":
        """The listing cannot be written, and is left alone until the count changes."""
        return replace(
            self.explained(),
            problem=problem,
            handled_version=version,
            sending_quantity=None,
            is_gone=is_gone,
        )

    def left_to_parent(self) -> "PushState":
        """The store counts the listing with its parent: there is no number of its own to push."""
        return replace(self.explained(), problem=None, sending_quantity=None, needs_check=False)

    # What a write does

    def sending(self, quantity: int, shown: int | None, version: int, now: datetime) -> "PushState":
        """A number is about to be sent; noted before, so that a crash between leaves nothing unexplained.

        What the store shows now was explained by all that moved so far, so it is confirmed as of now: only
        what moves from here on explains another number than this one or the one that is sent.
        """
        # Never confirmed: the first number stays wanted, whatever is shown there by then.
        is_first = self.confirmed_quantity is None or shown is None
        return replace(
            self.explained(),
            sending_quantity=quantity,
            confirmed_quantity=self.confirmed_quantity if is_first else shown,
            confirmed_at=now,
            handled_version=version,
            # Another count: writes of the one before say nothing about something changing it back.
            write_count=self.write_count if version == self.handled_version else 0,
        )

    def written(self, quantity: int, version: int, now: datetime) -> "PushState":
        """The store took the number that was sent."""
        is_fresh = self.write_count == 0 or not self._began_writing(now)
        return replace(
            self.confirmed(quantity, version, now),
            written_at=now,
            retry_at=None,
            write_count=1 if is_fresh else self.write_count + 1,
            first_write_at=now if is_fresh else self.first_write_at,
        )

    def refused(self, problem: str, retry_at: datetime) -> "PushState":
        """The store refused the number; it is sent again then."""
        return replace(self, problem=problem, retry_at=retry_at)

    # What people and stores say

    def check_again(self) -> "PushState":
        """The store is asked at the next push, though its count has not changed."""
        return replace(self, needs_check=True)

    def decided(self, quantity: int) -> "PushState":
        """A person decided about the number there: it is known, and our count is written over it."""
        return replace(self, confirmed_quantity=quantity, needs_check=True)

    def retry(self) -> "PushState":
        """The listing is pushed at the next run, whatever kept it."""
        return replace(
            self,
            is_gone=False,
            problem=None,
            retry_at=None,
            write_count=0,
            first_write_at=None,
            needs_check=True,
        )

    def given_up(self, version: int) -> "PushState":
        """The listing is left alone until its count changes again after this version."""
        return replace(self.explained(), handled_version=version, sending_quantity=None, needs_check=False)

    def found_again(self) -> "PushState":
        """The store lists it again after it was gone."""
        return replace(self, is_gone=False, problem=None, needs_check=True)

    def reset(self) -> "PushState":
        """The listing is another product from now on: what is known of the number there means nothing."""
        return replace(
            self.explained(),
            confirmed_quantity=None,
            confirmed_at=None,
            handled_version=0,
            sending_quantity=None,
            problem=None,
            needs_check=True,
        )

    # Questions

    @property
    def known_quantities(self) -> list[int]:
        """The numbers that the store may show with nothing moved since: the confirmed one, one on its way."""
        if self.confirmed_quantity is None:
            return []
        sending = [] if self.sending_quantity is None else [self.sending_quantity]
        return [self.confirmed_quantity, *sending]

    @property
    def is_sending(self) -> bool:
        """Whether a write is out and nobody knows what became of it."""
        return self.sending_quantity is not None

    def is_pending(self, version: int) -> bool:
        """Tell whether the store may show another number than the count of this version."""
        is_doubtful = self.unexplained_at is not None
        return version > self.handled_version or self.needs_check or self.is_sending or is_doubtful

    def is_news(self, quantity: int) -> bool:
        """Tell whether a number that the store is said to show is another than the confirmed one."""
        return self.confirmed_quantity not in (None, quantity)

    def is_still_unexplained(self, by: int, now: datetime) -> bool:
        """Tell whether the same difference was seen before, a minute or more ago."""
        is_old = self.unexplained_at is not None and now - self.unexplained_at >= CHECKS_APART
        return is_old and self._was_seen(by, now)

    def is_stuck(self, version: int, now: datetime) -> bool:
        """Tell whether this count was written five times within ten minutes: something changes it back."""
        is_same = version == self.handled_version
        return is_same and self._began_writing(now) and self.write_count >= MOST_WRITES

    def explained_from(self, now: datetime) -> datetime:
        """Return from when on orders may explain another number than the confirmed one."""
        return self.confirmed_at - CLOCKS_APART if self.confirmed_at is not None else now - _NEVER_CONFIRMED

    def may_cover(self, moment: datetime) -> bool:
        """Tell whether the confirmed number may hold what happened then, as clocks differ."""
        is_before = self.confirmed_at is not None and moment <= self.confirmed_at + CLOCKS_APART
        return is_before or self.is_sending

    # A clock that was ahead and has been corrected leaves times that are still to come: they say nothing.

    def _was_seen(self, by: int, now: datetime) -> bool:
        return self.unexplained_by == by and self.unexplained_at is not None and self.unexplained_at <= now

    def _began_writing(self, now: datetime) -> bool:
        """Tell whether the first of the writes that are counted was less than ten minutes ago."""
        return self.first_write_at is not None and timedelta(0) <= now - self.first_write_at < WRITES_WITHIN
