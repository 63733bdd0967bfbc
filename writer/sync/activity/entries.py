"""What an entry of the list of activity says, whatever kind of thing happened; which entries are wanted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from writer.lib import clock

# In the order in which entries of one moment are listed.
KINDS = ("delivery", "read", "push", "failure")
# What became of it, by what it is called on pages. Kinds share words where they mean the same.
OUTCOMES: dict[str, dict[str, str]] = {
    "delivery": {
        "recorded": "Recorded",
        "repeat": "Repeat",
        "stale": "Nothing new",
        "ignored": "Ignored",
        "held": "Held",
        "failed": "Failed",
    },
    "read": {"done": "Read", "failed": "Failed", "skipped": "Skipped", "running": "Running"},
    "push": {"updated": "Updated"},
    "failure": {"open": "Open", "resolved": "Resolved"},
}
# Of every kind what somebody should look at.
TROUBLE = "trouble"
TROUBLE_OF = {"delivery": ("failed", "held"), "read": ("failed",), "push": (), "failure": ("open",)}
DAYS = (1, 7, 30, 90)


@dataclass(frozen=True)
class Filters:
    """Which entries to list; None and "" leave nothing out. `number` and `order_id` are of an order."""

    store_id: int | None = None
    kind: str = ""
    outcome: str = ""
    days: int | None = None
    number: str = ""
    order_id: int | None = None

    def __bool__(self) -> bool:
        return self != Filters()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that can have such an entry: only deliveries are about one order."""
        if self.number or self.order_id is not None:
            return ("delivery",) if self.kind in ("", "delivery") else ()
        of_kind = (self.kind,) if self.kind else KINDS
        return tuple(kind for kind in of_kind if not self.outcome or self.outcomes(kind))

    def outcomes(self, kind: str) -> tuple[str, ...]:
        """The outcomes of a kind that are wanted; (): all of them if no outcome is asked for, else none."""
        if self.outcome == TROUBLE:
            return TROUBLE_OF[kind]
        return (self.outcome,) if self.outcome in OUTCOMES[kind] else ()

    @property
    def since(self) -> datetime | None:
        """The moment that entries are not older than; None: they may be of any age."""
        return None if self.days is None else clock.now() - timedelta(days=self.days)


@dataclass(frozen=True)
class Place:
    """The place of an entry in the list, which is newest first: after it the next page begins."""

    at: datetime
    kind: str
    id: int

    @property
    def key(self) -> tuple[datetime, int, int]:
        return self.at, -KINDS.index(self.kind), self.id

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%S.%fZ}~{self.kind}~{self.id}"


@dataclass(frozen=True)
class Entry:
    """One thing that happened: what, where, what became of it, and the address of its page."""

    place: Place
    store_id: int | None  # None: of an address that is no store
    store_name: str
    title: str
    sentence: str
    outcome: str
    path: str
    order_number: str = ""  # "": about no order
    order_id: int | None = None  # None: about no order that is recorded

    @property
    def at(self) -> datetime:
        return self.place.at

    @property
    def kind(self) -> str:
        return self.place.kind

    @property
    def word(self) -> str:
        """What became of it, as a page says it."""
        return OUTCOMES[self.kind][self.outcome]

    @property
    def needs_somebody(self) -> bool:
        return self.outcome in TROUBLE_OF[self.kind]
