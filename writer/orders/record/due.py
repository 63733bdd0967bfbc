"""What is due of an order's lines: units they should have sold, and taken out of stock. Pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from writer.orders.record import rules
from writer.orders.record.rows import Line
from writer.orders.record.rules import Due, Standing, Units
from writer.orders.record.snapshot import Channel

SHIPPED = "completed"  # WooCommerce's word for an order of which all was sent
_MOVES_NO_GOODS = (Standing.REFUNDED, Standing.TRASHED)
_SELLS_NOTHING = (Standing.REFUNDED, Standing.VOID, Standing.TRASHED)


def count(
    known: Iterable[Line],
    lines: Iterable[Line],
    units: Mapping[str, Units],
    state: Standing,
    channel: Channel,
    *,
    is_first: bool,
    is_paid: bool,
) -> tuple[Line, ...]:
    """Return the lines with what is due of each in all; `known` are those of them that counted before.

    `is_first` tells that nothing counted before says what is due in a status unknown here. A line held for
    review keeps what was due before, unless its order sells nothing, whatever the quantity.
    """
    counted = []
    before = {line.id: line for line in known} if state in _MOVES_NO_GOODS else {}
    for line in lines:
        quantities = units[line.external_id]
        if state in _MOVES_NO_GOODS:
            now, aside = _unmoved(before.get(line.id), line, quantities, state, is_first, is_paid)
        else:
            now, aside = _due(line, quantities, state, channel, is_first, is_paid)
        counted.append(
            line._replace(
                refunded=quantities.refunded,
                restocked=quantities.restocked,
                sold_due=now.sold,
                taken_due=now.taken,
                sold_before_trash=aside.sold if aside is not None else None,
                taken_before_trash=aside.taken if aside is not None else None,
            )
        )
    return tuple(counted)


def _due(
    line: Line, units: Units, state: Standing, channel: Channel, is_first: bool, is_paid: bool
) -> tuple[Due, Due | None]:
    """Return what is due of a line, and what is kept aside for when its order comes back from the trash."""
    aside = _aside(line)
    if line.is_removed:
        return Due(), aside
    if line.problem is not None and state not in _SELLS_NOTHING:
        return aside or line.due, None
    before = aside if state is Standing.UNKNOWN and is_first else line.due
    return rules.due(state, units, channel.counts_on_hold, before, is_paid), None


def _unmoved(
    known: Line | None, line: Line, units: Units, state: Standing, is_first: bool, is_paid: bool
) -> tuple[Due, Due | None]:
    """As `_due`, in a status that moves no goods by itself; `known` None: the line is first seen so."""
    aside = _aside(line)
    if line.is_removed:
        return Due(), aside
    if known is None:
        return rules.due(state, units, False, None, is_paid), None
    units = replace(units, returned=_returned(known, line, units))
    if state is Standing.REFUNDED:
        return rules.due(state, units, False, aside or line.due, is_paid), None
    now = rules.due(state, units, False, line.due, is_paid)
    if aside is not None:
        return now, replace(aside, taken=max(0, aside.taken - units.returned))
    return now, None if is_first else replace(line.due, taken=now.taken)


def _returned(known: Line, line: Line, units: Units) -> int:
    """Return the units that the store put back since the line was recorded, below 0 where it took more."""
    if line.store_reduced is None and known.store_reduced is None:
        return units.restocked - known.restocked
    return (known.store_reduced or 0) - (line.store_reduced or 0)


def _aside(line: Line) -> Due | None:
    return (
        None if line.sold_before_trash is None else Due(line.sold_before_trash, line.taken_before_trash or 0)
    )


def count_reviewed(
    lines: tuple[Line, ...], line_id: int, units: Mapping[str, Units], is_paid: bool
) -> tuple[Line, ...]:
    """Count a line, whose quantity a person just gave, in a status that is unknown here.

    What was due of it before says nothing, because nobody knew its quantity: it counts by the payment, or
    as what else of the order does.
    """
    state = _as_others(lines, is_paid)
    counted = []
    for line in lines:
        if line.id == line_id:
            now = rules.due(state, units[line.external_id], False, None, is_paid)
            line = line._replace(sold_due=now.sold, taken_due=now.taken)
        counted.append(line)
    return tuple(counted)


def _as_others(lines: Iterable[Line], is_paid: bool) -> Standing:
    if is_paid or any(line.sold_due for line in lines):
        return Standing.PAID
    return Standing.WAITING if any(line.taken_due for line in lines) else Standing.VOID


def count_nothing(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines with nothing due: their order is counted elsewhere."""
    return tuple(line._replace(sold_due=0, taken_due=0) for line in lines)


def to_ship(lines: Iterable[Line], state: Standing, status: str) -> int:
    """Return the units that are still to be shipped: of a paid order that the store does not call completed,
    what was ordered less what was refunded or put back."""
    if state is not Standing.PAID or status == SHIPPED:
        return 0
    listed = (line for line in lines if not line.is_removed)
    return sum(line.quantity - max(line.refunded, line.restocked) for line in listed)
