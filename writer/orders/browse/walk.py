"""Finds a page of orders however far down a list it is: by the counts that triggers keep, never by walking
over the orders before it.

Counts are kept in buckets (days, totals) and in coarser ones above them. The offset is walked over the
coarsest, then within the one it ends in over the finer ones, and at last within one day or one total.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, tuple_, union_all

from writer.db.schema.orders import order_counts, orders

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_DAY = (datetime.max.replace(tzinfo=UTC) - _EPOCH).days  # of the calendar: there is no day after it
_DAYS_DROPPED = 6
LEVELS: dict[str, tuple[tuple[str, int], ...]] = {
    "created": (("created/64", _DAYS_DROPPED), ("created", 0)),
    "modified": (("modified/64", _DAYS_DROPPED), ("modified", 0)),
    "total": (("total/4096", 12), ("total/64", 6), ("total", 0)),
}


@dataclass(frozen=True)
class Scope:
    """Which orders a list is about: those of these stores that have one of these statuses."""

    store_ids: tuple[int, ...]
    statuses: tuple[str, ...]

    def of(self, table: Any) -> ColumnElement[bool]:
        """Return the condition for orders, or for their counts."""
        return and_(table.c.store_id.in_(self.store_ids), table.c.status.in_(self.statuses))

    @property
    def rows(self) -> ColumnElement[bool]:
        return and_(orders.c.is_cached, self.of(orders))


@dataclass(frozen=True)
class Stretch:
    """So many orders of a list, after so many others."""

    limit: int
    offset: int


def count_by_status(db: Connection, scope: Scope) -> dict[str, int]:
    """Return how many orders there are by status; statuses that none has are left out."""
    return _sums(db, scope, order_counts.c.kind == "all")


def count_before(db: Connection, scope: Scope, day: int) -> dict[str, int]:
    """Return by status how many orders were made before a day (days since 1970, UTC)."""
    block = day >> _DAYS_DROPPED
    kind, bucket = order_counts.c.kind, order_counts.c.bucket
    whole = and_(kind == "created/64", bucket < block)
    rest = and_(kind == "created", bucket >= block << _DAYS_DROPPED, bucket < day)
    return _sums(db, scope, whole, rest)


def _sums(db: Connection, scope: Scope, *parts: ColumnElement[bool]) -> dict[str, int]:
    # One select for each part: joined by OR none of them would be found by the key.
    status, total = order_counts.c.status, func.sum(order_counts.c.orders)
    of_each = [
        select(status, total).where(scope.of(order_counts), part).group_by(status).having(total > 0)
        for part in parts
    ]
    found: dict[str, int] = {}
    for name, count in db.execute(union_all(*of_each)):
        found[name] = found.get(name, 0) + int(count)
    return found


def by_time(db: Connection, scope: Scope, column: str, stretch: Stretch, is_descending: bool) -> list[int]:
    """Return the ids of a stretch of the scope's orders by 'created' or 'modified' time, then id."""
    found = _descend(db, scope, column, stretch, is_descending)
    if found is None:
        return []
    first, last, skip = found
    moment = orders.c.created_at if column == "created" else orders.c.modified_at
    within = moment >= _start(first)
    if last < _LAST_DAY:
        within &= moment < _start(last + 1)
    order = (moment.desc(), orders.c.id.desc()) if is_descending else (moment, orders.c.id)
    query = select(orders.c.id).where(scope.rows, within).order_by(*order)
    return list(db.execute(query.limit(stretch.limit).offset(skip)).scalars())


def by_total(db: Connection, scope: Scope, stretch: Stretch, is_descending: bool) -> list[int]:
    """Return the ids of a stretch of the scope's orders by total; equal ones by status, store and id."""
    found = _descend(db, scope, "total", stretch, is_descending)
    if found is None:
        return []
    first, last, skip = found
    counts = order_counts.c
    order = (counts.bucket.desc() if is_descending else counts.bucket, counts.status, counts.store_id)
    within = and_(counts.kind == "total", counts.bucket >= first, counts.bucket <= last, counts.orders > 0)
    parts = db.execute(select(order_counts).where(scope.of(order_counts), within).order_by(*order)).all()
    touched, skip = _touched(parts, replace(stretch, offset=skip))
    return _ids_of(db, touched, stretch.limit, skip)


def _ids_of(db: Connection, parts: Sequence[Row[Any]], limit: int, skip: int) -> list[int]:
    """Return ids of orders that share total, status and store; only the ends can hold more than is wanted."""
    ids: list[int] = []
    if parts:
        ids += _ids_of_one(db, parts[0], limit, skip)
    if len(parts) > 2:
        ids += _ids_of_all(db, parts[1:-1])
    if len(parts) > 1:
        ids += _ids_of_one(db, parts[-1], limit - len(ids), 0)
    return ids


def _ids_of_one(db: Connection, part: Row[Any], limit: int, skip: int) -> list[int]:
    same = and_(
        orders.c.is_cached,
        orders.c.store_id == part.store_id,
        orders.c.status == part.status,
        orders.c.total_minor == part.bucket,
    )
    query = select(orders.c.id).where(same).order_by(orders.c.id.desc())
    return list(db.execute(query.limit(limit).offset(skip)).scalars())


def _ids_of_all(db: Connection, parts: Sequence[Row[Any]]) -> Iterable[int]:
    """Return the ids of all orders of these parts, in the order of the parts."""
    place = {(part.store_id, part.status, part.bucket): number for number, part in enumerate(parts)}
    key = (orders.c.store_id, orders.c.status, orders.c.total_minor)
    rows = db.execute(
        select(orders.c.id, *key).where(orders.c.is_cached, tuple_(*key).in_(list(place)))
    ).all()
    return [row[0] for row in sorted(rows, key=lambda row: (place[row[1], row[2], row[3]], -row[0]))]


def _descend(
    db: Connection, scope: Scope, column: str, stretch: Stretch, is_descending: bool
) -> tuple[int, int, int] | None:
    """Return first and last bucket that a stretch touches, and how many orders of these come before it."""
    within: ColumnElement[bool] | None = None
    low = high = 0
    for kind, bits in LEVELS[column]:
        bucket, total = order_counts.c.bucket, func.sum(order_counts.c.orders)
        query = select(bucket, total.label("orders")).where(
            scope.of(order_counts), order_counts.c.kind == kind
        )
        if within is not None:
            query = query.where(bucket >= low >> bits, bucket <= high >> bits)
        query = query.group_by(bucket).having(total > 0)
        blocks = db.execute(query.order_by(bucket.desc() if is_descending else bucket)).all()
        touched, skip = _touched(blocks, stretch)
        if not touched:
            return None
        ends = [block.bucket for block in (touched[0], touched[-1])]
        low, high = min(ends) << bits, ((max(ends) + 1) << bits) - 1
        stretch, within = replace(stretch, offset=skip), bucket >= low
    return low, high, stretch.offset


def _touched(blocks: Sequence[Any], stretch: Stretch) -> tuple[list[Any], int]:
    """Return those blocks that a stretch reaches into, and how much of the first one comes before it."""
    touched: list[Any] = []
    before, skip = 0, 0
    for block in blocks:
        after = before + int(block.orders)
        if after > stretch.offset:
            if not touched:
                skip = stretch.offset - before
            touched.append(block)
        if after >= stretch.offset + stretch.limit:
            break
        before = after
    return touched, skip


def _start(day: int) -> datetime:
    return _EPOCH + timedelta(days=day)
