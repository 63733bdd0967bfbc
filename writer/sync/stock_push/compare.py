"""What a listing shows against what it should show: a pure decision per listing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from writer.stores import Shown
from writer.sync.stock_push.plan import Due

LOOKS_APART = timedelta(seconds=60)
MOST_WRITES = 5
WRITES_WITHIN = timedelta(minutes=10)


class Verdict(Enum):
    """What to do about a listing."""

    SETTLED = "it shows the target"
    WRITE = "it shows what it was last told"
    ODD = "it shows a number nothing explains"
    GONE = "the store has it no more"
    UNMANAGED = "the store does not manage its stock"
    BY_PARENT = "its parent manages the stock"
    STOPPED = "something keeps changing it back"


@dataclass(frozen=True)
class Look:
    """A due listing, what its store shows of it, and what follows."""

    due: Due
    shown: Shown | None
    verdict: Verdict


def decide(due: Due, shown: Shown | None, turns_on_stock: bool, now: datetime) -> Verdict:
    """Decide about one listing from what its store shows and what was last told.

    `intended` is a number noted before a write whose answer never came: showing it is no surprise.
    """
    if shown is None:
        return Verdict.GONE
    if shown.manage_stock == "parent":
        return Verdict.BY_PARENT
    if shown.manage_stock == "no":
        return Verdict.WRITE if turns_on_stock else Verdict.UNMANAGED
    if shown.quantity == due.target:
        return Verdict.SETTLED
    if due.confirmed_quantity is not None and unexplained(due, shown):
        return Verdict.ODD
    return Verdict.STOPPED if is_stuck(due, now) else Verdict.WRITE


def unexplained(due: Due, shown: Shown) -> int:
    """Return by how many units the store differs from what it was told and has sold since; 0: explained."""
    if due.confirmed_quantity is None or shown.quantity is None:
        return 0
    told = (
        [due.confirmed_quantity]
        if due.sending_quantity is None
        else [due.confirmed_quantity, due.sending_quantity]
    )
    if any(due.own.explains(shown.quantity - number) for number in told):
        return 0
    return shown.quantity - (due.confirmed_quantity + due.own.of_listing)


def is_stuck(due: Due, now: datetime) -> bool:
    """Tell whether a listing was written five times within ten minutes without a new movement."""
    if due.first_write_at is None or due.version != due.handled_version:
        return False
    return now - due.first_write_at < WRITES_WITHIN and due.write_count >= MOST_WRITES


def is_drift(due: Due, by: int, now: datetime) -> bool:
    """Tell whether a difference was seen before, 60 s or more ago, and is the same."""
    return (
        due.unexplained_by == by
        and due.unexplained_at is not None
        and now - due.unexplained_at >= LOOKS_APART
    )
