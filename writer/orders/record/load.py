"""Reading of an order what `decide` must know: its rows, and the facts around it."""

import json
from collections.abc import Mapping

from sqlalchemy import Boolean, ColumnElement, Connection, bindparam, case, false, select, type_coerce

from writer import stock
from writer.db import Prepared
from writer.db.schema.orders import order_lines, order_refunds, orders
from writer.lib import clock
from writer.orders.record import arrival, reopening
from writer.orders.record import lines as line_rows
from writer.orders.record.before import Before, Key, Moved
from writer.orders.record.changes import Arrived, Change, ParentRecorded, Reopened
from writer.orders.record.find_matches import find_matches
from writer.orders.record.rows import Line, Order, Refund
from writer.orders.record.snapshot import Channel

_ORDER_COLUMNS = [orders.c[name] for name in Order._fields]
_LINE_COLUMNS = [order_lines.c[name] for name in Line._fields if name != "has_moved"]
_HAS_MOVED = case((order_lines.c.taken == 0, stock.has_moved(order_lines.c.id)), else_=false())
_ORDER = (
    select(*_ORDER_COLUMNS)
    .where(orders.c.store_id == bindparam("of_store"), orders.c.external_id == bindparam("said_id"))
    .order_by(orders.c.id.desc())
    .limit(1)
    .with_for_update()
)
_ORDER_WITH_KEY = Prepared(_ORDER.where(orders.c.key_hash.in_((bindparam("said_key"), ""))))
_ANY_ORDER = Prepared(
    select(orders.c.id)
    .where(orders.c.store_id == bindparam("of_store"), orders.c.external_id == bindparam("said_id"))
    .limit(1)
)
_CHILDREN = Prepared(
    select(*_ORDER_COLUMNS)
    .where(orders.c.store_id == bindparam("of_store"), orders.c.parent_external_id == bindparam("parent"))
    .order_by(orders.c.id)
    .with_for_update()
)
_LINES = Prepared(
    select(*_LINE_COLUMNS, type_coerce(_HAS_MOVED, Boolean).label("has_moved"))
    .where(order_lines.c.order_id == bindparam("of_order"))
    .order_by(order_lines.c.id)
)
_REFUNDS = Prepared(
    select(order_refunds)
    .where(order_refunds.c.order_id == bindparam("of_order"))
    .order_by(order_refunds.c.id)
)


def find_order(db: Connection, store_id: int, external_id: str, key_hash: str = "") -> Order | None:
    """Return the order of a store by its id there, locked: the one with this key, or one without a key.

    WooCommerce can use an id again after deletion; the order key tells the two apart.
    """
    said = {"of_store": store_id, "said_id": external_id}
    if key_hash:
        row = _ORDER_WITH_KEY.first(db, said_key=key_hash, **said)
    else:
        row = db.execute(_ORDER, said).first()
    return None if row is None else Order(**row._asdict())


def list_orders(db: Connection, which: ColumnElement[bool], *, is_locking: bool = True) -> list[Order]:
    """Return the orders that meet a condition, locked, by id."""
    query = select(*_ORDER_COLUMNS).where(which).order_by(orders.c.id)
    if is_locking:
        query = query.with_for_update()
    return [Order(**row._asdict()) for row in db.execute(query).all()]


def load(
    db: Connection,
    order: Order | None,
    change: Change,
    channel: Channel,
    supposed: Mapping[Key, str] | None = None,
) -> Before:
    """Return what `decide` must know before `change`; no more than the order where that answers already.

    `supposed` is as for find_matches.
    """
    before = Before(clock.now(), order)
    if order is not None and isinstance(change, Arrived) and arrival.hangs_on_refunds(order, change.snapshot):
        before = before._replace(refunds=_list_refunds(db, order.id))
    if arrival.answer(before, change, channel) is not None:
        return before
    if order is None:
        return _load_new(db, before, change, channel)
    lines = tuple(Line(**row._asdict()) for row in _LINES.all(db, of_order=order.id))
    after, parent = lines, order.parent_external_id
    if isinstance(change, Arrived):
        after, parent = line_rows.merge(lines, change.snapshot.lines), change.snapshot.parent_external_id
    if isinstance(change, Reopened):
        after = reopening.opened(lines, change)
        if change.products:
            found = stock.moved_for(db, change.products).items()
            before = before._replace(
                moved={line: tuple(Moved(*each) for each in moved) for line, moved in found}
            )
    return before._replace(
        lines=lines,
        refunds=before.refunds or _list_refunds(db, order.id),
        matches=find_matches(db, channel.store_id, after, supposed),
        is_parent_known=_is_recorded(db, channel.store_id, parent),
    )


def _load_new(db: Connection, before: Before, change: Change, channel: Channel) -> Before:
    """Return the facts around an order that is not recorded yet."""
    assert isinstance(change, Arrived)  # or it was answered: nothing else changes what is not recorded
    snapshot, released = change.snapshot, ParentRecorded(change.cause)
    rows = _CHILDREN.all(db, of_store=channel.store_id, parent=snapshot.external_id)
    return before._replace(
        matches=find_matches(db, channel.store_id, line_rows.merge((), snapshot.lines)),
        is_parent_known=_is_recorded(db, channel.store_id, snapshot.parent_external_id),
        children=tuple(load(db, Order(**row._asdict()), released, channel) for row in rows),
    )


def _list_refunds(db: Connection, order_id: int) -> tuple[Refund, ...]:
    return tuple(
        Refund(
            external_id=row.external_id,
            total_minor=row.total_minor,
            reason=row.reason,
            lines=None if row.lines is None else tuple(json.loads(row.lines).items()),
            is_gone=bool(row.is_gone),
            made_at=row.made_at,
            id=row.id,
        )
        for row in _REFUNDS.all(db, of_order=order_id)
    )


def _is_recorded(db: Connection, store_id: int, external_id: str | None) -> bool:
    if external_id is None:
        return False
    return _ANY_ORDER.first(db, of_store=store_id, said_id=external_id) is not None
