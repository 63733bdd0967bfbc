"""What an order's status, quantities and refunds mean for sales and stock: pure functions, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    """What a status comes down to."""

    PAID = "paid"
    WAITING = "not paid yet"
    REFUNDED = "refunded"
    VOID = "not sold"
    TRASHED = "in the trash"
    DRAFT = "a draft"
    UNKNOWN = "unknown to us"


_STANDINGS = {
    "processing": Standing.PAID,
    "completed": Standing.PAID,
    "on-hold": Standing.WAITING,
    "refunded": Standing.REFUNDED,
    "pending": Standing.VOID,
    "failed": Standing.VOID,
    "cancelled": Standing.VOID,
    "trash": Standing.TRASHED,
    "checkout-draft": Standing.DRAFT,
    "auto-draft": Standing.DRAFT,
    "draft": Standing.DRAFT,
}


_MOST_LISTED = 40


@dataclass(frozen=True)
class Due:
    """Units a line should have put into the ledger (`sold`) and taken out of stock (`taken`)."""

    sold: int = 0
    taken: int = 0


@dataclass(frozen=True)
class Units:
    """A line's quantities: 0 <= restocked <= refunded_ever, refunded <= refunded_ever <= quantity."""

    quantity: int
    refunded: int = 0  # by refunds that exist
    refunded_ever: int = 0  # with those deleted since: deleting a refund moves no goods
    restocked: int = 0
    store_reduced: int | None = None  # what the store itself holds out; None: it does not say
    returned: int = 0  # by the store since `before`; below 0: it took more


def standing(status: str, paid_statuses: frozenset[str] = frozenset()) -> Standing:
    """Tell what a status means; `paid_statuses` are those the owner says count as paid."""
    if status in paid_statuses:
        return Standing.PAID
    return _STANDINGS.get(status, Standing.UNKNOWN)


def due(state: Standing, units: Units, counts_on_hold: bool, before: Due | None, is_paid: bool) -> Due:
    """Return what a line should have posted in all.

    `before` is what was due until now, None when the order is seen in this state for the first time;
    `is_paid` tells whether the store names a payment date. It decides for an order first seen refunded or in
    a status unknown to us.
    """
    out = units.quantity - units.restocked
    net = units.quantity - units.refunded
    match state:
        case Standing.PAID:
            return Due(sold=net, taken=out)
        case Standing.WAITING:
            return Due(sold=net if counts_on_hold else 0, taken=out)
        case Standing.REFUNDED:
            return Due(sold=0, taken=_kept_out(units, before, is_paid))
        case Standing.TRASHED:
            return Due(sold=0, taken=_kept_out(units, before, False))
        case Standing.UNKNOWN if before is not None:
            return before
        case Standing.UNKNOWN if is_paid:
            return Due(sold=net, taken=out)
        case Standing.VOID:
            return Due(sold=0, taken=max(0, units.refunded_ever - units.restocked))
    return Due()


def _kept_out(units: Units, before: Due | None, is_paid: bool) -> int:
    """Return what stays out of stock in a status that moves no goods by itself: what was out before, less
    what the store has put back since. First seen so: what the store holds out, if it says so."""
    most = units.quantity - units.restocked
    if before is not None:
        return max(0, min(before.taken - units.returned, most))
    if units.store_reduced is not None:
        return min(units.store_reduced, most)
    return most if is_paid else 0


def worth(state: Standing, units: int, total_minor: int, refunded_minor: int) -> int:
    """Return what an order adds to revenue: its total less refunds while it counts as paid, else nothing."""
    is_paid = state is Standing.PAID or (state is Standing.UNKNOWN and units > 0)
    return total_minor - refunded_minor if is_paid else 0


def explain(state: Standing, status: str, sold_due: int, posted: Sequence[str]) -> str:
    """Say in two sentences why an order counts as it does, and what was posted for it."""
    why = {
        Standing.PAID: f"'{status}' counts as paid",
        Standing.WAITING: f"'{status}' is not paid yet",
        Standing.REFUNDED: "The order was refunded",
        Standing.VOID: f"'{status}' is no sale",
        Standing.TRASHED: "The order is in the store's trash",
        Standing.DRAFT: "A draft is no order yet",
        Standing.UNKNOWN: f"'{status}' is a status unknown here",
    }[state]
    units = f"{sold_due} unit{' counts' if sold_due == 1 else 's count'} as sold"
    return f"{why}: {units}. {f'Counted {listed(posted)}.' if posted else 'Nothing changes.'}"


def listed(posted: Sequence[str]) -> str:
    """Return what was posted as a list in a sentence, which stays readable however many lines there are."""
    more = len(posted) - _MOST_LISTED
    return ", ".join(posted[:_MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")
