"""What a listing shows against what it should show: a pure decision per listing."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from writer.stores import Shown
from writer.sync import differences
from writer.sync.differences import UncountedLine
from writer.sync.stock_push.plan import DueListing


class Verdict(Enum):
    """What to do about a listing."""

    RIGHT = "it shows the target"
    WRITE = "it shows another number, which is explained"
    UNEXPLAINED = "it shows a number that nothing explains"
    UNCOUNTED = "it shows what orders of its own took that count as nothing here"
    ASKED = "it shows a number that its owner is asked about"
    GONE = "the store has it no more"
    UNMANAGED = "the store does not manage its stock"
    BY_PARENT = "its store counts it with its parent, whose listing is pushed"
    PARENT_UNMATCHED = "its store counts it with its parent, which counts here as nothing"
    OLD = "the answer is older than what the store showed before"
    STOPPED = "something keeps changing it back"


@dataclass(frozen=True)
class Comparison:
    """A due listing, what its store shows of it, and what follows."""

    listing: DueListing
    shown: Shown | None
    verdict: Verdict
    uncounted: tuple[UncountedLine, ...] = ()  # the lines of an UNCOUNTED one


def compare(listing: DueListing, shown: Shown | None, turns_on_stock: bool, now: datetime) -> Comparison:
    """Compare what the store shows of a listing with what it should show, and say what follows."""
    return Comparison(listing, shown, _decide(listing, shown, turns_on_stock, now))


def _decide(listing: DueListing, shown: Shown | None, turns_on_stock: bool, now: datetime) -> Verdict:
    if shown is None:
        return Verdict.GONE
    if shown.is_older_than(listing.shown_modified_at):
        return Verdict.OLD
    if shown.manage_stock == "parent":
        return Verdict.BY_PARENT
    if shown.manage_stock == "no":
        return Verdict.WRITE if turns_on_stock else Verdict.UNMANAGED
    if shown.quantity == listing.target:
        return Verdict.RIGHT
    if unexplained_units(listing, shown):
        return Verdict.UNEXPLAINED
    is_stuck = listing.state.is_stuck(listing.count_version, now)
    return Verdict.STOPPED if is_stuck else Verdict.WRITE


def is_doubtful(found: Comparison) -> bool:
    """Tell whether a number may show orders of which nothing is known here yet, although it is to be written
    over, or is the count by chance: the store's known orders do not account for it."""
    shown = found.shown.quantity if found.shown is not None else None
    own, known = found.listing.own, found.listing.state.known_quantities
    is_counted = found.verdict is Verdict.WRITE or (found.verdict is Verdict.RIGHT and known)
    if shown is None or not is_counted:
        return False
    return not any(own.accounts_for(shown - number) for number in known)


def explain_by_uncounted(found: Comparison, lines: tuple[UncountedLine, ...]) -> Comparison:
    """Return a comparison that nothing explained, explained by order lines that count elsewhere if they can
    have lowered the number so: it is not written over, because they are sold."""
    shown = found.shown.quantity if found.shown is not None else None
    most = differences.most_units(lines)
    if shown is None or not most:
        return found
    own, known = found.listing.own, found.listing.state.known_quantities
    if not any(own.explains(shown - number, uncounted=most) for number in known):
        return found
    return replace(found, verdict=Verdict.UNCOUNTED, uncounted=lines)


def unexplained_units(listing: DueListing, shown: Shown) -> int:
    """Return by how many units the store differs from the numbers known of it and what it sold since.

    A number noted before a write whose answer never came is known too: showing it is no surprise.
    """
    known = listing.state.known_quantities
    if not known or shown.quantity is None:
        return 0
    if any(listing.own.explains(shown.quantity - number) for number in known):
        return 0
    return shown.quantity - (known[0] + listing.own.of_listing)
