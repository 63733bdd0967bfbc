"""The one way an order gets in: a snapshot is compared with what was posted, the difference is posted.

A store sends snapshots late, twice, out of order or never, so nothing is counted per message.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from writer import db as database
from writer.db import Prepared
from writer.db.schema.orders import orders
from writer.lib import clock
from writer.orders.record import cache, order_notices, rules, settle
from writer.orders.record import lines as line_rows
from writer.orders.record import refunds as refund_rows
from writer.orders.record.lines import Line
from writer.orders.record.refunds import Refunded
from writer.orders.record.rules import Standing
from writer.orders.record.snapshot import Channel, OrderSnapshot

_ORDER = (
    select(orders)
    .where(orders.c.store_id == bindparam("of_store"), orders.c.external_id == bindparam("told_id"))
    .order_by(orders.c.id.desc())
    .limit(1)
    .with_for_update()
)
_ORDER_WITH_KEY = Prepared(_ORDER.where(orders.c.key_hash.in_((bindparam("told_key"), ""))))


@dataclass(frozen=True)
class Recorded:
    """What became of a snapshot: 'recorded', 'repeat', 'stale' or 'ignored', and why in a sentence."""

    outcome: str
    sentence: str
    order_id: int | None = None
    is_new: bool = False
    is_erased: bool = False  # its customer was erased here: what was delivered must be forgotten too


def record(
    db: Connection, channel: Channel, snapshot: OrderSnapshot, cause: str, heard_at: datetime | None = None
) -> Recorded:
    """Make ledger and stock agree with the newest snapshot of an order; post the difference only.

    Afterwards each line has posted exactly what its order's newest state makes due. `cause` says in a
    word or two where the snapshot came from ("delivery 12"). A repeat or an older snapshot posts nothing.
    `heard_at` tells when what is only now processed, or processed again, was heard; None: just now.
    """
    database.lock(db, f"order {channel.store_id} {snapshot.external_id}")
    row = find_row(db, channel.store_id, snapshot.external_id, snapshot.key_hash)
    state = rules.standing(snapshot.status, channel.paid_statuses)
    nothing_to_do = _shortcut(db, row, snapshot, state)
    is_erased = row is not None and row.erased_at is not None
    if nothing_to_do is None and row is not None and _is_overtaken(row, heard_at, snapshot.version):
        nothing_to_do = Recorded("stale", "What was heard of this order after it is recorded.", row.id)
    if nothing_to_do is not None:
        return replace(nothing_to_do, is_erased=is_erased)
    if is_erased or snapshot.is_anonymized:
        snapshot = cache.without_reasons(snapshot)
    order_id = cache.save(db, channel, snapshot, row, state, heard_at)
    refunded = refund_rows.merge(db, order_id, snapshot.refunds, is_new=row is None)
    lines, was = _merge_lines(db, order_id, snapshot, is_new=row is None)
    units = _units(lines, snapshot, refunded, channel)
    is_first = row is None or bool(row.is_trashed) or rules.standing(row.status) is Standing.DRAFT
    settle.make_due(lines, units, state, channel, is_first=is_first, is_paid=snapshot.paid_at is not None)
    is_child = settle.has_known_parent(db, channel, snapshot.parent_external_id)
    if is_child:
        settle.make_nothing_due(lines)
    posted = settle.post(db, _facts(channel, order_id, snapshot, row, state), lines, was)
    worth_as = Standing.VOID if is_child else state
    cache.note_worth(db, order_id, snapshot, worth_as, sum(line.sold_due for line in lines))
    _note_open_questions(db, channel, order_id, snapshot, refunded, row)
    mended = [
        line.external_id
        for line in lines
        if (line.problem is None or line.is_removed) and was.get(line.id or 0, {}).get("problem")
    ]
    order_notices.lines_put_right(db, order_id, mended)
    if row is None:
        settle.release_children(db, channel, snapshot.external_id, cause)
    sentence = rules.explain(state, snapshot.status, sum(line.sold_due for line in lines), posted)
    if is_child:
        sentence = "It belongs to an order that is counted itself, so nothing is due."
    settle.note_event(db, order_id, cause, snapshot.status, sentence)
    return Recorded("recorded", sentence, order_id, is_new=row is None, is_erased=is_erased)


def trash(
    db: Connection, channel: Channel, external_id: str, cause: str, heard_at: datetime | None = None
) -> Recorded:
    """Take an order the store put into its trash out of the ledger; what it holds of stock stays held.

    The store says no version with it, so it holds at once, until any later snapshot lifts it. `heard_at` is
    as for `record`.
    """
    database.lock(db, f"order {channel.store_id} {external_id}")
    row = find_row(db, channel.store_id, external_id, "")
    if row is None:
        return Recorded("ignored", "The store deleted an order that was never recorded here.")
    if row.is_trashed:
        return Recorded("repeat", "This order is in the trash already.", row.id)
    if _is_overtaken(row, heard_at, None):
        return Recorded("stale", "This order was heard of again after it was deleted.", row.id)
    database.update_row(db, orders, row.id, is_trashed=True, status="trash", recorded_at=clock.now())
    sentence = settle.recount_order(db, channel, row, Standing.TRASHED, "trash", cause)
    return Recorded("recorded", sentence, row.id)


def note_missing(db: Connection, channel: Channel, external_id: str) -> None:
    """Note that the store, asked directly, has no such order; twice in a row means that it was deleted.

    An order missing from a list means nothing: only a direct look counts.
    """
    row = find_row(db, channel.store_id, external_id, "")
    if row is None:
        return
    database.update_row(db, orders, row.id, missed=row.missed + 1)
    if row.missed + 1 >= 2:
        database.update_row(db, orders, row.id, needs_reading=None)
        trash(db, channel, external_id, "no longer in the store")


def list_unread(db: Connection, store_id: int) -> list[str]:
    """Return the ids (in the store) of orders the store must be asked about, oldest first."""
    unread = (orders.c.store_id == store_id) & orders.c.needs_reading.is_not(None)
    query = select(orders.c.external_id).where(unread, ~orders.c.is_trashed).order_by(orders.c.id)
    return list(db.execute(query.limit(1000)).scalars())


def list_counted(db: Connection, store_id: int, since: datetime) -> list[str]:
    """Return the ids (in the store) of orders made since then that count for anything, oldest first."""
    counts = (orders.c.store_id == store_id) & (orders.c.created_at >= since) & ~orders.c.is_trashed
    alive = orders.c.status.not_in(("cancelled", "failed", "refunded"))
    query = select(orders.c.external_id).where(counts, alive, orders.c.is_cached).order_by(orders.c.id)
    return list(db.execute(query).scalars())


def list_missed(db: Connection, store_id: int) -> list[str]:
    """Return the ids (in the store) of orders that one direct look did not find, oldest first."""
    once = (orders.c.store_id == store_id) & (orders.c.missed == 1) & ~orders.c.is_trashed
    query = select(orders.c.external_id).where(once, orders.c.is_cached).order_by(orders.c.id)
    return list(db.execute(query.limit(1000)).scalars())


def list_trashed(db: Connection, store_id: int, since: datetime) -> list[str]:
    """Return the ids (in the store) of orders made since then that are in its trash, or deleted there."""
    gone = (orders.c.store_id == store_id) & (orders.c.created_at >= since) & orders.c.is_trashed
    query = select(orders.c.external_id).where(gone, orders.c.is_cached).order_by(orders.c.id)
    return list(db.execute(query).scalars())


def find_row(db: Connection, store_id: int, external_id: str, key_hash: str) -> Row[Any] | None:
    """Return the order of a store by its id there: the one with this key, or one whose key was never told.

    WooCommerce can use an id again after deletion; the order key tells the two apart.
    """
    told = {"of_store": store_id, "told_id": external_id}
    if not key_hash:
        return db.execute(_ORDER, told).first()
    found: Row[Any] | None = _ORDER_WITH_KEY.first(db, told_key=key_hash, **told)
    return found


def _shortcut(
    db: Connection, row: Row[Any] | None, snapshot: OrderSnapshot, state: Standing
) -> Recorded | None:
    """Answer for a snapshot that changes nothing: a draft, an older one, the same again."""
    if row is None:
        if state is Standing.DRAFT:
            return Recorded("ignored", "A draft is no order yet; nothing of it is kept.")
        return None
    both_dated = row.version is not None and snapshot.version is not None
    if both_dated and snapshot.is_older_than(row.version):
        return Recorded("stale", "A newer state of this order is recorded already.", row.id)
    if state is Standing.DRAFT and (not both_dated or snapshot.version == row.version):
        # A draft comes before the order it becomes, often within the same second.
        return Recorded("stale", "This order has left its draft already.", row.id)
    if row.is_trashed or row.digest != snapshot.digest() or refund_rows.teaches(db, row.id, snapshot):
        return None
    is_answer = snapshot.is_authoritative and (row.needs_reading or row.missed)
    if snapshot.version != row.version or is_answer:
        known = {"needs_reading": None, "missed": 0} if snapshot.is_authoritative else {}
        version = snapshot.version or row.version
        database.update_row(db, orders, row.id, version=version, **known)
    return Recorded("repeat", "This is what is recorded already.", row.id)


def _is_overtaken(row: Row[Any], heard_at: datetime | None, version: datetime | None) -> bool:
    """Tell whether something later was heard of an order than what is processed only now.

    By the store's own time of change, where both name one; else, and in the trash, by when it came.
    """
    if heard_at is None or heard_at >= row.recorded_at:
        return False
    is_newer = version is not None and row.version is not None and version > row.version
    return bool(row.is_trashed) or not is_newer


def _merge_lines(
    db: Connection, order_id: int, snapshot: OrderSnapshot, is_new: bool
) -> tuple[list[Line], dict[int, dict[str, Any]]]:
    """Return all lines of the order as the snapshot has them, and how the saved ones were before."""
    lines = [] if is_new else line_rows.load(db, order_id)
    was = {line.id: line_rows.values(line) for line in lines if line.id is not None}
    known = {line.external_id: line for line in lines}
    told_ids = {told.external_id for told in snapshot.lines}
    for told in snapshot.lines:
        line = known.get(told.external_id)
        if line is None:
            line = known[told.external_id] = Line(told.external_id)
            lines.append(line)
        elif not line.is_same_product(told):
            line = _replace(lines, line)
            known[told.external_id] = line
        line.take(told)
    for line in lines:
        line.is_removed = line.is_removed or line.external_id not in told_ids
    return lines, was


def _replace(lines: list[Line], old: Line) -> Line:
    """Let another product take the line: the old one goes back to 0 under a name of its own."""
    if old.sold == 0 and old.held == 0:
        old.model = old.variant = old.stock_product_id = None
        old.product_id = old.variation_id = 0
        old.sku = old.sku_key = ""
        return old
    fresh = Line(old.external_id)
    taken = {line.external_id for line in lines}
    round_ = 1
    while f"{old.external_id}/{round_}" in taken:
        round_ += 1
    old.external_id = f"{old.external_id}/{round_}"
    old.is_removed = True
    lines.append(fresh)
    return fresh


def _units(
    lines: list[Line], snapshot: OrderSnapshot, refunded: Refunded, channel: Channel
) -> dict[str, rules.Units]:
    told = {line.external_id: line.restocked for line in snapshot.lines}
    any_told = any(restocked is not None for restocked in told.values())
    return {
        line.external_id: refund_rows.units(
            line, refunded, told.get(line.external_id), any_told, channel.restocks_refunds
        )
        for line in lines
    }


def _facts(
    channel: Channel, order_id: int, snapshot: OrderSnapshot, row: Row[Any] | None, state: Standing
) -> settle.Facts:
    counted_at = row.counted_at if row is not None else None
    return settle.Facts(
        order_id=order_id,
        store_id=channel.store_id,
        store_name=channel.name,
        number=snapshot.number or snapshot.external_id,
        date=counted_at or snapshot.paid_at or snapshot.created_at,
        has_date=counted_at is not None,
        saved_date=counted_at if row is not None else cache.expected_date(snapshot, state),
        created_at=row.created_at if row is not None else snapshot.created_at,
        changed_at=snapshot.version or clock.now(),
        stock_from=channel.stock_from,
        is_new=row is None,
    )


def _note_open_questions(
    db: Connection,
    channel: Channel,
    order_id: int,
    snapshot: OrderSnapshot,
    refunded: Refunded,
    row: Row[Any] | None,
) -> None:
    """Remember what the store must still be asked, and tell the owner what needs a decision."""
    state = rules.standing(snapshot.status, channel.paid_statuses)
    needs = None
    if refunded.unread and not snapshot.is_authoritative:
        needs = "refund quantities"
    elif row is not None and not row.is_trashed and not snapshot.is_authoritative:
        is_tie = row.version is not None and row.version == snapshot.version
        needs = "two states of one second" if is_tie else None
    if needs == "refund quantities" and not channel.has_keys and state is not Standing.REFUNDED:
        order_notices.refund_needs_keys(db, channel, order_id, snapshot)
    if state is Standing.UNKNOWN:
        order_notices.unknown_status(db, channel, snapshot)
    order_notices.held_lines(db, channel, order_id, snapshot)
    if needs != (row.needs_reading if row is not None else None):
        database.update_row(db, orders, order_id, needs_reading=needs)
