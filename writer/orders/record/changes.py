"""What can change an order here: each is one kind of `change` that `decide` takes."""

from dataclasses import dataclass
from datetime import datetime

from writer.orders.record.snapshot import OrderSnapshot


@dataclass(frozen=True)
class Arrived:
    """A snapshot arrived. `cause` says where from ("delivery 12"); `heard_at` None: it came just now."""

    snapshot: OrderSnapshot
    cause: str
    heard_at: datetime | None = None


@dataclass(frozen=True)
class Trashed:
    """The store put the order into its trash, or deleted it. `heard_at` is as for Arrived."""

    cause: str
    heard_at: datetime | None = None


@dataclass(frozen=True)
class Missing:
    """The store, asked directly, had no such order."""

    cause: str


@dataclass(frozen=True)
class Remapped:
    """The owner changed what the order's status means."""

    cause: str


@dataclass(frozen=True)
class Reviewed:
    """A person gave the line with this id the quantity it counts with."""

    line_id: int
    quantity: int
    cause: str


@dataclass(frozen=True)
class PutBack:
    """A person put on the shelf what a trashed order still keeps out of stock."""

    cause: str


@dataclass(frozen=True)
class Rematched:
    """A rule, a mapping or a counted product says what lines are that matched nothing."""

    cause: str


@dataclass(frozen=True)
class Reopened:
    """What these lines (by id) were matched by was taken back: their type, or their counted product, is to be
    found again by what holds now."""

    types: frozenset[int]
    products: frozenset[int]
    cause: str


@dataclass(frozen=True)
class ParentRecorded:
    """The order above became known: it counts, and this one no longer does."""

    cause: str


Change = Arrived | Trashed | Missing | Remapped | Reviewed | PutBack | Rematched | Reopened | ParentRecorded
