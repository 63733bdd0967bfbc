"""Posting: what a line should have put into the ledger, less what it has put there already."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from writer import sales, stock
from writer.db import Prepared, insert_row, update_row
from writer.db.schema.orders import order_events, orders
from writer.lib import clock
from writer.orders.record import lines as line_rows
from writer.orders.record import matching, rules
from writer.orders.record import refunds as refund_rows
from writer.orders.record.lines import Line
from writer.orders.record.refunds import Refunded
from writer.orders.record.rules import Due, Standing, Units
from writer.orders.record.snapshot import Channel

_CHILDREN = Prepared(
    select(orders).where(
        orders.c.store_id == bindparam("of_store"), orders.c.parent_external_id == bindparam("parent")
    )
)
_SOLD_NOTHING = (Standing.REFUNDED, Standing.VOID, Standing.TRASHED)


@dataclass(frozen=True)
class Facts:
    """What posting needs to know of an order. All its rows in the ledger have the one `date`."""

    order_id: int
    store_id: int
    store_name: str
    number: str
    date: datetime
    has_date: bool
    saved_date: datetime | None  # what stands in the order by now, which may be a guess
    created_at: datetime
    changed_at: datetime  # when the state that is posted came about
    stock_from: datetime | None  # orders made before move no stock; None: no such time
    is_new: bool = False  # nothing of it was recorded before


def make_due(
    lines: list[Line],
    units: dict[str, Units],
    state: Standing,
    channel: Channel,
    is_first: bool,
    is_paid: bool,
) -> None:
    """Set on each line what is due in all; a line held for review keeps what was due before, unless its
    order sold nothing, whatever the quantity."""
    for line in lines:
        counts = units[line.external_id]
        line.refunded, line.restocked = counts.refunded, counts.restocked
        if line.is_removed:
            line.sold_due = line.held_due = 0
        elif line.problem is None or state in _SOLD_NOTHING:
            before = _before(line, state, is_first)
            now = rules.due(state, counts, channel.counts_on_hold, before, is_paid)
            line.sold_due, line.held_due = now.sold, now.held
        elif (from_trash := line.take_back()) is not None:
            line.sold_due, line.held_due = from_trash.sold, from_trash.held


def _before(line: Line, state: Standing, is_first: bool) -> Due | None:
    """Return what was due of a line until now; None where a status that says nothing is the first seen."""
    if state is Standing.TRASHED:
        if not is_first:
            line.set_aside()
        return line.due
    from_trash = line.take_back()
    if state is Standing.UNKNOWN and is_first:
        return from_trash
    return line.due


def make_nothing_due(lines: list[Line]) -> None:
    """Set every line to nothing due: its order is counted elsewhere."""
    for line in lines:
        line.sold_due = line.held_due = 0


def post(db: Connection, facts: Facts, lines: list[Line], was: dict[int, dict[str, Any]]) -> list[str]:
    """Save the lines, post each difference in units sold and units out of stock; return what, in words."""
    waiting = [line for line in lines if not line.is_removed and None in (line.model, line.stock_product_id)]
    matching.match(db, facts.store_id, waiting, facts.created_at, facts.stock_from)
    posted, moved, is_sold = [], [], False
    for line in lines:
        change = line.sold_due - line.sold if line.model is not None else 0
        taken = line.held_due - line.held if line.stock_product_id is not None else 0
        is_first = bool(taken) and _is_first(db, facts, line)
        line.sold, line.held = line.sold + change, line.held + taken
        line_rows.save(db, facts.order_id, line, was.get(line.id) if line.id is not None else None)
        if change:
            posted.append(_post_sale(db, facts, line, change))
            is_sold = True
        if taken:
            moved.append(_movement(facts, line, taken, is_first))
            posted.append(f"stock {-taken:+d} {line.sku}".rstrip())
    stock.record(db, moved)
    # Not by stock alone: units wait for a transfer before they are sold, and are sold when it comes.
    counted_at = facts.date if is_sold or facts.has_date else None
    if counted_at != facts.saved_date:
        update_row(db, orders, facts.order_id, counted_at=counted_at)
    return posted


def _is_first(db: Connection, facts: Facts, line: Line) -> bool:
    """Tell whether a line takes its units as its order was made: what comes later is dated when it came."""
    if line.id is None:
        return facts.is_new
    return line.held == 0 and not stock.has_moved(db, line.id)


def _movement(facts: Facts, line: Line, taken: int, is_first: bool) -> stock.Movement:
    assert line.stock_product_id is not None
    back = "refund" if line.restocked else "cancellation"
    return stock.Movement(
        stock_product_id=line.stock_product_id,
        quantity=-taken,
        kind="sale" if taken > 0 else back,
        at=facts.date if is_first else facts.changed_at,
        actor=facts.store_name,
        note=f"{facts.store_name} order {facts.number}",
        order_line_id=line.id,
        store_id=facts.store_id,
    )


def _post_sale(db: Connection, facts: Facts, line: Line, change: int) -> str:
    assert line.id is not None
    assert line.model is not None
    assert line.variant is not None
    sales.post(
        db,
        order_line_id=line.id,
        store_id=facts.store_id,
        model=line.model,
        variant=line.variant,
        sku=line.sku or None,
        quantity=change,
        date=facts.date,
        seller=facts.store_name,
        notes=f"{facts.store_name} order {facts.number}",
    )
    return f"{change:+d} {line.model} {line.variant}"


def recount(db: Connection, channel: Channel, statuses: set[str], cause: str) -> int:
    """Count again the store's orders in any of `statuses`, whose meaning changed; return how many."""
    wanted = (
        select(orders)
        .where(orders.c.store_id == channel.store_id, orders.c.status.in_(statuses), ~orders.c.is_trashed)
        .order_by(orders.c.id)
        .with_for_update()
    )
    rows = db.execute(wanted).all()
    for row in rows:
        state = rules.standing(row.status, channel.paid_statuses)
        # A status that is mapped no longer leaves no count to keep: it is as if first seen.
        recount_order(db, channel, row, state, row.status, cause, is_first=True)
    return len(rows)


def recount_order(
    db: Connection,
    channel: Channel,
    row: Row[Any],
    state: Standing,
    status: str,
    cause: str,
    is_first: bool = False,
    reviewed: int | None = None,
) -> str:
    """Make one recorded order's postings agree with `state`; return why it counts so, in a sentence.

    `reviewed` is the id of a line that a person just gave its quantity, None for none.
    """
    refunded = refund_rows.load(db, row.id)
    lines, was = load_lines(db, row.id)
    units = {line.external_id: _units_of(line, refunded) for line in lines}
    is_paid = row.paid_at is not None
    make_due(lines, units, state, channel, is_first=is_first, is_paid=is_paid)
    for line in lines:
        if line.id == reviewed and state is Standing.UNKNOWN:
            # What was due of it before says nothing, for nobody knew its quantity.
            now = rules.due(_as_others(lines, is_paid), units[line.external_id], False, None, is_paid)
            line.sold_due, line.held_due = now.sold, now.held
    is_child = has_known_parent(db, channel, row.parent_external_id)
    if is_child:
        make_nothing_due(lines)
    posted = post(db, facts_of(row, channel.name, channel.stock_from), lines, was)
    units_due = sum(line.sold_due for line in lines)
    net_minor = worth(Standing.VOID if is_child else state, units_due, row.total_minor, row.refunded_minor)
    update_row(db, orders, row.id, units=units_due, net_minor=net_minor)
    sentence = rules.explain(state, status, units_due, posted)
    note_event(db, row.id, cause, status, sentence)
    return sentence


def _as_others(lines: list[Line], is_paid: bool) -> Standing:
    """Return what units are in a status unknown here: by the payment, or by what else of it counts."""
    if is_paid or any(line.sold_due for line in lines):
        return Standing.PAID
    return Standing.WAITING if any(line.held_due for line in lines) else Standing.VOID


def put_back(db: Connection, channel: Channel, row: Row[Any]) -> list[str]:
    """Make one order keep nothing out of stock; return what was posted, in words."""
    lines, was = load_lines(db, row.id)
    for line in lines:
        line.held_due = 0
    return post(db, facts_of(row, channel.name, channel.stock_from), lines, was)


def worth(state: Standing, units: int, total_minor: int, refunded_minor: int) -> int:
    """Return what an order adds to revenue: its total less refunds while it counts as paid, else nothing."""
    is_paid = state is Standing.PAID or (state is Standing.UNKNOWN and units > 0)
    return total_minor - refunded_minor if is_paid else 0


def release_children(db: Connection, channel: Channel, external_id: str, cause: str) -> None:
    """Take back what orders below the newly recorded `external_id` posted: only the parent counts."""
    for row in _CHILDREN.all(db, of_store=channel.store_id, parent=external_id):
        lines, was = load_lines(db, row.id)
        make_nothing_due(lines)
        posted = post(db, facts_of(row, channel.name, channel.stock_from), lines, was)
        update_row(db, orders, row.id, units=0, net_minor=0)
        if posted:
            note_event(db, row.id, cause, row.status, f"Its parent order counts; posted {', '.join(posted)}.")


def has_known_parent(db: Connection, channel: Channel, parent_external_id: str | None) -> bool:
    """Tell whether the order above is recorded, so that it counts and what is below does not."""
    if parent_external_id is None:
        return False
    parent = (orders.c.store_id == channel.store_id) & (orders.c.external_id == parent_external_id)
    return db.execute(select(orders.c.id).where(parent).limit(1)).first() is not None


def note_event(db: Connection, order_id: int, cause: str, status: str, sentence: str) -> None:
    """Write into the order's history what happened to it and why it counts as it does."""
    insert_row(
        db, order_events, order_id=order_id, at=clock.now(), cause=cause, status=status, sentence=sentence
    )


def load_lines(db: Connection, order_id: int) -> tuple[list[Line], dict[int, dict[str, Any]]]:
    """Return the lines of a recorded order, and how the saved ones are by their id: what `post` needs."""
    lines = line_rows.load(db, order_id)
    return lines, {line.id: line_rows.values(line) for line in lines if line.id is not None}


def _units_of(line: Line, refunded: Refunded) -> Units:
    now, ever = refunded.now.get(line.external_id, 0), refunded.ever.get(line.external_id, 0)
    restocked = min(line.restocked, line.quantity)
    return Units(line.quantity, min(now, line.quantity), max(min(ever, line.quantity), restocked), restocked)


def facts_of(row: Row[Any], store_name: str, stock_from: datetime | None) -> Facts:
    """Return what posting needs of a recorded order."""
    return Facts(
        order_id=row.id,
        store_id=row.store_id,
        store_name=store_name,
        number=row.number,
        date=row.counted_at or row.paid_at or row.created_at,
        has_date=row.counted_at is not None,
        saved_date=row.counted_at,
        created_at=row.created_at,
        changed_at=clock.now(),
        stock_from=stock_from,
    )
