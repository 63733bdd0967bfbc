"""Whether a change says anything new of an order, judged by what is recorded. Pure functions, no database."""

from dataclasses import replace
from datetime import datetime

from writer.orders.record import refunds, rules
from writer.orders.record.before import Before
from writer.orders.record.changes import Arrived, Change, Trashed
from writer.orders.record.decision import Decision
from writer.orders.record.rows import Order
from writer.orders.record.rules import Standing
from writer.orders.record.snapshot import Channel, OrderSnapshot, RefundSnapshot


def answer(before: Before, change: Change, channel: Channel) -> Decision | None:
    """Answer a change that has nothing to post, from the recorded order and its refunds; else None."""
    if isinstance(change, Arrived):
        return _answer_snapshot(before, change, rules.standing(change.snapshot.status, channel.paid_statuses))
    if isinstance(change, Trashed):
        return _answer_trashed(before.order, change)
    return None if before.order is not None else Decision("ignored", "No such order is recorded here.", None)


def completed(before: Before, snapshot: OrderSnapshot) -> OrderSnapshot:
    """Return the snapshot with the recorded refunds where it says nothing of refunds."""
    if snapshot.tells_refunds:
        return snapshot
    known = (
        RefundSnapshot(refund.external_id, refund.total_minor, refund.reason, refund.lines, refund.made_at)
        for refund in before.refunds
        if not refund.is_gone
    )
    return replace(snapshot, refunds=tuple(known))


def hangs_on_refunds(order: Order, snapshot: OrderSnapshot) -> bool:
    """Tell whether only the recorded refunds say if the snapshot is news."""
    if not snapshot.tells_refunds:
        return True
    return order.snapshot_hash == snapshot.snapshot_hash and any(
        refund.lines is not None for refund in snapshot.refunds
    )


def _answer_snapshot(before: Before, change: Arrived, state: Standing) -> Decision | None:
    order, snapshot = before.order, completed(before, change.snapshot)
    if order is None:
        is_draft = state is Standing.DRAFT
        sentence = "A draft is no order yet; nothing of it is kept."
        return Decision("ignored", sentence, None) if is_draft else None
    both_dated = order.changed_at is not None and snapshot.changed_at is not None
    if order.changed_at is not None and snapshot.is_older_than(order.changed_at):
        return Decision("stale", "A newer state of this order is recorded already.", order)
    if state is Standing.DRAFT and (not both_dated or snapshot.changed_at == order.changed_at):
        # A draft comes before the order it becomes, often within the same second.
        return Decision("stale", "This order has left its draft already.", order)
    is_same = order.snapshot_hash == snapshot.snapshot_hash and not refunds.teaches(before.refunds, snapshot)
    if is_same and not order.is_trashed:
        return Decision("repeat", "This is what is recorded already.", _note_repeat(order, snapshot))
    if _is_overtaken(order, change.heard_at, snapshot.changed_at):
        return Decision("stale", "A later message about this order is recorded.", order)
    return None


def _note_repeat(order: Order, snapshot: OrderSnapshot) -> Order:
    order = order._replace(changed_at=snapshot.changed_at or order.changed_at)
    return order._replace(needs_reading=None, missed=0) if snapshot.is_authoritative else order


def _answer_trashed(order: Order | None, change: Trashed) -> Decision | None:
    if order is None:
        return Decision("ignored", "The store deleted an order that was never recorded here.", None)
    if order.is_trashed:
        return Decision("repeat", "This order is in the trash already.", order)
    if _is_overtaken(order, change.heard_at, None):
        return Decision("stale", "A later message about this order is recorded, after it was deleted.", order)
    return None


def _is_overtaken(order: Order, heard_at: datetime | None, changed_at: datetime | None) -> bool:
    """Tell whether something later was heard of an order than what is processed only now.

    By the store's own time of change, where both name one; else, and in the trash, by when it came.
    """
    if heard_at is None or heard_at >= order.recorded_at:
        return False
    is_newer = changed_at is not None and order.changed_at is not None and changed_at > order.changed_at
    return order.is_trashed or not is_newer
