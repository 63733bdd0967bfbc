"""Refunds of an order: each refund id once, its quantities kept from whichever reading first knew them.
Pure functions, no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from writer.orders.record.rows import Line, Refund
from writer.orders.record.rules import Units
from writer.orders.record.snapshot import LineSnapshot, OrderSnapshot, RefundSnapshot

MADE_UP = "short-"  # begins the id of a refund that a message announced without naming it


@dataclass(frozen=True)
class Refunded:
    """Units refunded per line id: `now` by refunds that exist, `ever` with those deleted since."""

    now: Mapping[str, int] = field(default_factory=dict)
    ever: Mapping[str, int] = field(default_factory=dict)
    has_unread: bool = False  # there is one whose quantities are not known
    is_open: bool = False  # there was one whose quantities are not known, deleted since or not


def merge(
    known: tuple[Refund, ...], snapshots: tuple[RefundSnapshot, ...], changed_at: datetime | None = None
) -> tuple[Refund, ...]:
    """Return the order's refunds as a snapshot of this time lists them.

    A refund the snapshot no longer lists was deleted in the store: its units count as refunded no more,
    but what it put on the shelf stays there. One whose id was made up is listed by no store: it stands for
    one of those that are listed without their quantities, while there are any.
    """
    after = {refund.external_id: refund for refund in known}
    unread = 0
    for snapshot in snapshots:
        merged = _merge(after.get(snapshot.external_id), snapshot, changed_at)
        after[snapshot.external_id] = merged
        unread += merged.lines is None
    listed = {snapshot.external_id for snapshot in snapshots}
    for refund in known:
        if refund.external_id in listed:
            continue
        if unread and refund.external_id.startswith(MADE_UP):
            unread -= 1
        else:
            after[refund.external_id] = refund._replace(is_gone=True)
    return tuple(after.values())


def _merge(known: Refund | None, snapshot: RefundSnapshot, changed_at: datetime | None) -> Refund:
    if known is None:
        # Who does not say when it was refunded tells of it with the change that it made to the order.
        made_at = snapshot.made_at or changed_at
        total_minor, reason = snapshot.total_minor, snapshot.reason
        return Refund(snapshot.external_id, total_minor, reason, snapshot.lines, made_at=made_at)
    if snapshot.made_at is not None:
        known = known._replace(made_at=snapshot.made_at)
    if known.is_gone or (snapshot.lines is not None and known.lines is None):
        lines = snapshot.lines if snapshot.lines is not None else known.lines
        total_minor, reason = snapshot.total_minor, snapshot.reason
        return known._replace(total_minor=total_minor, reason=reason, lines=lines, is_gone=False)
    if snapshot.total_minor not in (0, known.total_minor):  # who announced the refund did not know its amount
        return known._replace(total_minor=snapshot.total_minor, reason=snapshot.reason)
    return known


def add_up(refunds: Iterable[Refund]) -> Refunded:
    """Add up the refunds of an order."""
    now: dict[str, int] = {}
    ever: dict[str, int] = {}
    has_unread = is_open = False
    for refund in refunds:
        is_open = is_open or refund.lines is None
        has_unread = has_unread or (refund.lines is None and not refund.is_gone)
        for line_id, units in refund.lines or ():
            ever[line_id] = ever.get(line_id, 0) + units
            if not refund.is_gone:
                now[line_id] = now.get(line_id, 0) + units
    return Refunded(now, ever, has_unread, is_open)


def teaches(refunds: Iterable[Refund], snapshot: OrderSnapshot) -> bool:
    """Tell whether the snapshot knows quantities of a refund that so far was only an amount."""
    unread = {refund.external_id for refund in refunds if refund.lines is None}
    return any(refund.lines is not None and refund.external_id in unread for refund in snapshot.refunds)


def units_as_recorded(line: Line, refunded: Refunded, by_policy: bool, lost: int) -> Units:
    """Return a line's quantities while no snapshot says anything new of them; its quantity may be new."""
    now, ever = refunded.now.get(line.external_id, 0), refunded.ever.get(line.external_id, 0)
    ever = min(ever, line.quantity)
    restocked = min(_by_policy(line, ever, by_policy, lost), line.quantity)
    return Units(line.quantity, min(now, line.quantity), max(ever, restocked), restocked, line.store_reduced)


def _by_policy(line: Line, ever: int, by_policy: bool, lost: int) -> int:
    """Return the units restocked where the store says nothing: those recorded, and by the owner's policy
    those refunded since. A policy that was changed since takes nothing off the shelf again."""
    return max(ever - max(0, lost) if by_policy else 0, line.restocked)


def lost_units(lines: Iterable[Line], refunds: Iterable[Refund]) -> dict[int, int]:
    """Return by line id how many refunded units are recorded as not put back on the shelf."""
    ever = add_up(refunds).ever
    return {line.id: min(ever.get(line.external_id, 0), line.quantity) - line.restocked for line in lines}


def units_of_lines(
    lines: Iterable[Line],
    snapshot: OrderSnapshot,
    refunded: Refunded,
    by_policy: bool,
    lost: Mapping[int, int],
) -> dict[str, Units]:
    """Return each line's quantities as a snapshot has them, by external id; `lost` is as recorded before."""
    told = {line.external_id: _restocked(line) for line in snapshot.lines}
    says_any = any(restocked is not None for restocked in told.values())
    units = {}
    for line in lines:
        restocked = told.get(line.external_id)
        if restocked is None and says_any:
            restocked = 0
        units[line.external_id] = _units(line, refunded, restocked, by_policy, lost.get(line.id, 0))
    return units


def _restocked(line: LineSnapshot) -> int | None:
    """Return the units that the store says it put back: by its own mark, else by what it still holds out.

    A refund that restocks lowers `_reduced_stock`; one whose "Restock refunded items" was unticked leaves it.
    """
    if line.restocked is not None or line.store_reduced is None:
        return line.restocked
    return max(0, line.quantity - line.store_reduced)


def _units(line: Line, refunded: Refunded, told: int | None, by_policy: bool, lost: int) -> Units:
    """Return a line's quantities, clamped to restocked <= refunded <= quantity.

    Restocked is, first that is known: what the store told; what is recorded, for a cancelled order tells
    nothing any more; the owner's policy.
    """
    ever = min(refunded.ever.get(line.external_id, 0), line.quantity)
    now = min(refunded.now.get(line.external_id, 0), line.quantity)
    restocked = told if told is not None else _by_policy(line, ever, by_policy, lost)
    # Where a refund's quantities were never read, the store's mark is all that is known of them.
    most = line.quantity if refunded.is_open else max(ever, min(line.restocked, line.quantity))
    restocked = min(restocked, most)
    return Units(line.quantity, now, max(ever, restocked), restocked, line.store_reduced)
