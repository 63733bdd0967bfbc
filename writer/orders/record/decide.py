"""What follows from a change of an order: pure, no database.

A store sends snapshots late, twice, out of order or never, so nothing is counted per message: what should be
sold and out of stock is worked out from the newest state, and the difference to what was posted is posted.
"""

from collections.abc import Iterable
from datetime import datetime

from writer.orders.record import arrival, due, header, order_notices, refunds, reopening, rules
from writer.orders.record import lines as line_rows
from writer.orders.record.before import Before
from writer.orders.record.changes import (
    Arrived,
    Change,
    Missing,
    ParentRecorded,
    PutBack,
    Remapped,
    Rematched,
    Reopened,
    Reviewed,
    Trashed,
)
from writer.orders.record.decision import Decision, Event, OrderNotice, SalePosting, StockMovement
from writer.orders.record.posting import post
from writer.orders.record.refunds import Refunded
from writer.orders.record.rows import Line, Order, Refund
from writer.orders.record.rules import Standing
from writer.orders.record.snapshot import Channel, OrderSnapshot

_MISSES_UNTIL_DELETED = 2


def decide(before: Before, change: Change, channel: Channel) -> Decision:
    """Return what a change makes of an order: its new rows, and the difference to what it has posted.

    Whatever came before, each line has then posted exactly what the order's newest state makes due.
    """
    answer = arrival.answer(before, change, channel)
    if answer is not None:
        return answer._replace(lines=before.lines, refunds=before.refunds)
    if isinstance(change, Arrived):
        return _record(before, change, arrival.completed(before, change.snapshot), channel)
    order = before.order
    assert order is not None  # or it was answered
    match change:
        case Trashed():
            # It may have been edited before, and the message has no more than its id.
            wanted = "what it held when it was trashed" if channel.has_keys else order.needs_reading
            return _trash(before, order._replace(needs_reading=wanted), change.cause, channel)
        case Missing():
            return _miss(before, order, change.cause, channel)
        case Remapped():
            # A status that is mapped no longer leaves no count to keep: it is as if first seen.
            state = rules.standing(order.status, channel.paid_statuses)
            return _recount(before, order, before.lines, state, change.cause, channel, is_first=True)
        case Reviewed():
            return _review(before, order, change, channel)
        case PutBack():
            lines = tuple(line._replace(taken_due=0) for line in before.lines)
            return _repost(before, order, lines, channel, change.cause, "Put back on the shelf:")
        case Rematched() | Reopened():
            return _match_again(before, order, change, channel)
        case ParentRecorded():
            order = order._replace(units=0, net_minor=0, to_ship=0)
            lines = due.count_nothing(before.lines)
            return _repost(
                before, order, lines, channel, change.cause, "Its parent order counts in its place: counted"
            )


def _record(before: Before, change: Arrived, snapshot: OrderSnapshot, channel: Channel) -> Decision:
    """Let a snapshot that is news be the order's newest state."""
    known = before.order
    order = header.merge(before, snapshot, change.heard_at, channel)
    kept = _merge_refunds(before, order, snapshot)
    refunded = refunds.add_up(kept)
    lines = line_rows.merge(before.lines, snapshot.lines)
    lost = refunds.lost_units(before.lines, before.refunds) if before.refunds else {}
    units = refunds.units_of_lines(lines, snapshot, refunded, channel.restocks_refunds, lost)
    state = rules.standing(order.status, channel.paid_statuses)
    is_first = known is None or known.is_trashed or rules.standing(known.status) is Standing.DRAFT
    is_paid = snapshot.paid_at is not None
    lines = due.count(before.lines, lines, units, state, channel, is_first=is_first, is_paid=is_paid)
    order = order._replace(needs_reading=header.needs_reading(known, snapshot, refunded))
    decision = _count(before, order, lines, state, change.cause, channel, snapshot.changed_at or before.now)
    children = [decide(child, ParentRecorded(change.cause), channel) for child in before.children]
    return decision._replace(
        refunds=kept,
        opened=(*_open_questions(channel, order, snapshot, state, refunded, lines), *decision.opened),
        put_right=(*decision.put_right, *order_notices.refunds_put_right(before, lines, refunded)),
        children=tuple(children),
    )


def _merge_refunds(before: Before, order: Order, snapshot: OrderSnapshot) -> tuple[Refund, ...]:
    """Return the refunds as the snapshot has them; what people wrote into an erased customer's is gone."""
    kept = refunds.merge(before.refunds, snapshot.refunds, snapshot.changed_at or before.now)
    return kept if order.erased_at is None else tuple(refund._replace(reason="") for refund in kept)


def _open_questions(
    channel: Channel,
    order: Order,
    snapshot: OrderSnapshot,
    state: Standing,
    refunded: Refunded,
    lines: tuple[Line, ...],
) -> list[OrderNotice]:
    """Return what the owner has to decide."""
    found = order_notices.held_lines(order, snapshot)
    if refunded.now:
        found += order_notices.over_refunded(order, lines, refunded)
    if state is Standing.UNKNOWN:
        found.insert(0, order_notices.unknown_status(channel, order.status))
    is_unread = refunded.has_unread and not snapshot.is_authoritative
    if is_unread and not channel.has_keys and state is not Standing.REFUNDED:
        found.insert(0, order_notices.refund_needs_keys(channel, order))
    return found


def _trash(before: Before, order: Order, cause: str, channel: Channel) -> Decision:
    """Take an order out of the ledger; what it took out of stock stays out."""
    order = order._replace(is_trashed=True, status="trash", recorded_at=before.now)
    return _recount(before, order, before.lines, Standing.TRASHED, cause, channel)


def _miss(before: Before, order: Order, cause: str, channel: Channel) -> Decision:
    """Count how often the store did not have the order; it is in the trash once that is more than chance."""
    order = order._replace(missed=order.missed + 1)
    if order.missed >= _MISSES_UNTIL_DELETED:
        order = order._replace(needs_reading=None)
        if not order.is_trashed:
            return _trash(before, order, cause, channel)
    return Decision("recorded", "The store does not have this order.", order, before.lines, before.refunds)


def _review(before: Before, order: Order, change: Reviewed, channel: Channel) -> Decision:
    """Count a line that waited for review with the quantity a person gave it."""
    lines = tuple(
        line._replace(quantity=change.quantity, problem=None) if line.id == change.line_id else line
        for line in before.lines
    )
    state = rules.standing(order.status, channel.paid_statuses)
    return _recount(before, order, lines, state, change.cause, channel, reviewed=change.line_id)


def _recount(
    before: Before,
    order: Order,
    lines: tuple[Line, ...],
    state: Standing,
    cause: str,
    channel: Channel,
    *,
    is_first: bool = False,
    reviewed: int | None = None,
) -> Decision:
    """Count an order in `state` by what is recorded; `reviewed` is the id of a line just reviewed."""
    refunded = refunds.add_up(before.refunds)
    lost = refunds.lost_units(before.lines, before.refunds) if before.refunds else {}
    by_policy = channel.restocks_refunds
    units = {
        line.external_id: refunds.units_as_recorded(line, refunded, by_policy, lost.get(line.id, 0))
        for line in lines
    }
    is_paid = order.paid_at is not None
    known = [line for line in before.lines if line.id != reviewed]
    lines = due.count(known, lines, units, state, channel, is_first=is_first, is_paid=is_paid)
    if reviewed is not None and state is Standing.UNKNOWN:
        lines = due.count_reviewed(lines, reviewed, units, is_paid)
    return _count(before, order, lines, state, cause, channel, before.now)


def _count(
    before: Before,
    order: Order,
    lines: tuple[Line, ...],
    state: Standing,
    cause: str,
    channel: Channel,
    changed_at: datetime,
) -> Decision:
    """Post what is due of the lines, which is nothing where the parent order counts, and say why."""
    if before.is_parent_known:
        lines, state_of_worth = due.count_nothing(lines), Standing.VOID
    else:
        state_of_worth = state
    posted = post(before, order, lines, channel, changed_at)
    units = sum(line.sold_due for line in posted.lines)
    to_ship = due.to_ship(posted.lines, state_of_worth, order.status)
    net_minor = rules.worth(state_of_worth, units, order.total_minor, order.refunded_minor)
    sentence = rules.explain(state, order.status, units, posted.words)
    if before.is_parent_known:
        sentence = "It belongs to an order that is counted itself, so nothing is due."
    return Decision(
        "recorded",
        sentence,
        posted.order._replace(units=units, net_minor=net_minor, to_ship=to_ship),
        posted.lines,
        before.refunds,
        posted.sales,
        posted.movements,
        posted.words,
        opened=tuple(order_notices.uncounted_lines(channel, order, posted.lines, before.matches)),
        put_right=tuple(order_notices.lines_put_right(before, posted.lines)),
        events=(_event(before.now, cause, order.status, sentence, posted.sales, posted.movements),),
    )


def _match_again(before: Before, order: Order, change: Rematched | Reopened, channel: Channel) -> Decision:
    """Count what matched nothing; of what is reopened, post back before what it counted as."""
    if isinstance(change, Rematched):
        return _repost(before, order, before.lines, channel, change.cause, "Matched: counted")
    back = reopening.take_back(before, order, change, channel)
    decision = _repost(before, order, back.lines, channel, change.cause, "Taken back: counted")
    assert decision.order is not None
    words = (
        *(f"{row.quantity:+d} {row.model} {row.variant}".rstrip() for row in back.sales),
        *(f"stock {row.quantity:+d}" for row in back.movements),
        *decision.posted,
    )
    sentence = f"Taken back: counted {rules.listed(words)}." if words else decision.sentence
    sales, movements = (*back.sales, *decision.sales), (*back.movements, *decision.movements)
    event = _event(before.now, change.cause, order.status, sentence, sales, movements)
    return decision._replace(
        sentence=sentence,
        order=reopening.uncounted(decision.order, decision.lines),
        sales=sales,
        movements=movements,
        posted=words,
        opened=tuple(order_notices.uncounted_lines(channel, order, decision.lines, before.matches)),
        events=(event,) if words else (),
    )


def _repost(
    before: Before, order: Order, lines: tuple[Line, ...], channel: Channel, cause: str, reason: str
) -> Decision:
    """Post the differences of these lines; `reason` begins the sentence about them, if there are any."""
    posted = post(before, order, lines, channel, before.now)
    sentence = f"{reason} {rules.listed(posted.words)}." if posted.words else "Nothing is to be counted."
    return Decision(
        "recorded",
        sentence,
        posted.order,
        posted.lines,
        before.refunds,
        posted.sales,
        posted.movements,
        posted.words,
        put_right=tuple(order_notices.lines_put_right(before, posted.lines)),
        events=(_event(before.now, cause, order.status, sentence, posted.sales, posted.movements),)
        if posted.words
        else (),
    )


def _event(
    at: datetime,
    cause: str,
    status: str,
    sentence: str,
    sales: Iterable[SalePosting],
    movements: Iterable[StockMovement],
) -> Event:
    sold = sum(sale.quantity for sale in sales)
    taken = -sum(movement.quantity for movement in movements)
    return Event(at, cause, status, sentence, sold, taken)
