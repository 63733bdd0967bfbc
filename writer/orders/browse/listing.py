"""Lists of orders: which ones a filter leaves, how many, sorted how, and which of them a page holds.

What a page costs does not depend on how many orders there are, nor on how far down it is (see walk.py).
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from writer.db.schema.orders import order_counts, orders
from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.orders.browse import search, walk
from writer.orders.browse.walk import Scope, Stretch
from writer.orders.record import visible

SORTS = ("date_created", "date_modified", "total", "status")
# A range of dates cuts across every other order: so many are sorted at once, more are refused.
MOST_SORTED = 10_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class OrderFilters:
    """Which orders to list; "" and None leave that out. Days are those the orders were made on, in UTC, both
    included; `text` is looked for as search.py says."""

    status: str = ""
    store_id: int | None = None
    text: str = ""
    first_on: date | None = None
    last_on: date | None = None

    def __bool__(self) -> bool:
        return self != OrderFilters()

    @property
    def has_days(self) -> bool:
        return self.first_on is not None or self.last_on is not None


@dataclass(frozen=True)
class Sorting:
    """By what a list is sorted (one of SORTS) and which way; of one status always newest first."""

    by: str = "date_created"
    is_descending: bool = True


NEWEST = Sorting()


def count(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> int:
    """Return how many orders the filters leave; of those a text finds, as many as search.py looks at."""
    if filters.text:
        found = select(func.count()).select_from(orders)
        return int(db.execute(found.where(_found(db, store_scope, filters))).scalar_one())
    scope = _scope(db, store_scope, filters)
    return sum(_by_status(db, scope, filters).values())


def page(
    db: Connection, store_scope: StoreScope, filters: OrderFilters, sorting: Sorting, limit: int, offset: int
) -> list[int]:
    """Return the ids of a page of what the filters leave, sorted.

    Raises Invalid naming `orderBy` where a range of dates that holds more than 10,000 orders is to be sorted
    by total or by the time of change.
    """
    stretch = Stretch(limit, offset)
    if filters.text:
        return _sorted(db, _found(db, store_scope, filters), sorting, stretch)
    scope = _scope(db, store_scope, filters)
    if sorting.by == "status":
        return _page_by_status(db, scope, filters, sorting, stretch)
    if sorting.by == "date_created":
        return _page_by_day(db, scope, filters, stretch, sorting.is_descending)
    if filters.has_days:
        if sum(_by_status(db, scope, filters).values()) > MOST_SORTED:
            sentence = f"More than {MOST_SORTED:,} orders are of these dates: sort them by date_created."
            raise Invalid(sentence, {"orderBy": sentence})
        return _sorted(db, scope.rows & _of_days(filters), sorting, stretch)
    if sorting.by == "date_modified":
        return walk.by_time(db, scope, "modified", stretch, sorting.is_descending)
    return walk.by_total(db, scope, stretch, sorting.is_descending)


def after(
    db: Connection,
    store_scope: StoreScope,
    filters: OrderFilters,
    last: tuple[datetime, int] | None,
    limit: int,
) -> list[int]:
    """Return the ids of the next orders the filters leave, oldest first, after the `last` one (time, id).

    What comes and goes meanwhile shifts nothing, as it would an offset.
    """
    which = _found(db, store_scope, filters) if filters.text else _walked(store_scope, filters)
    if last is not None:
        made, order_id = last
        same = (orders.c.created_at == made) & (orders.c.id > order_id)
        which &= (orders.c.created_at >= made) & or_(orders.c.created_at > made, same)
    query = select(orders.c.id).where(which).order_by(orders.c.created_at, orders.c.id)
    return list(db.execute(query.limit(limit)).scalars())


def _walked(store_scope: StoreScope, filters: OrderFilters) -> ColumnElement[bool]:
    """Return the condition that leaves what the filters do, for a walk along the times of making."""
    # Not the column itself, or SQLite would sort all orders of a store each time instead of walking on.
    store_id = orders.c.store_id + 0
    which = orders.c.is_cached & store_scope.of(store_id) & _of_days(filters)
    if filters.status:
        which &= orders.c.status == filters.status
    if filters.store_id is not None:
        which &= store_id == filters.store_id
    return which


def _scope(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> Scope:
    """Return stores and statuses by name: with both an index leads straight to each one's orders."""
    wanted = (
        store_scope.of(order_counts.c.store_id) & (order_counts.c.kind == "all") & (order_counts.c.orders > 0)
    )
    if filters.store_id is not None:
        wanted &= order_counts.c.store_id == filters.store_id
    if filters.status:
        wanted &= order_counts.c.status == filters.status
    rows = db.execute(select(order_counts.c.store_id, order_counts.c.status).where(wanted)).all()
    return Scope(
        tuple(sorted({int(row.store_id) for row in rows})), tuple(sorted({row.status for row in rows}))
    )


def _by_status(db: Connection, scope: Scope, filters: OrderFilters) -> dict[str, int]:
    if not filters.has_days:
        return walk.count_by_status(db, scope)
    before, until = _outside(db, scope, filters)
    return {status: until[status] - before.get(status, 0) for status in until}


def _outside(db: Connection, scope: Scope, filters: OrderFilters) -> tuple[dict[str, int], dict[str, int]]:
    """Return by status how many orders come before the days of the filter, and how many until their end."""
    first = walk.count_before(db, scope, _day(filters.first_on)) if filters.first_on else {}
    if filters.last_on:
        return first, walk.count_before(db, scope, _day(filters.last_on) + 1)
    return first, walk.count_by_status(db, scope)


def _page_by_day(
    db: Connection, scope: Scope, filters: OrderFilters, stretch: Stretch, is_descending: bool
) -> list[int]:
    """Return a page by the time orders were made: other days only lie further up or down the same list."""
    if filters.has_days:
        before, until = (sum(counts.values()) for counts in _outside(db, scope, filters))
        above = sum(walk.count_by_status(db, scope).values()) - until if is_descending else before
        left = until - before - stretch.offset
        stretch = Stretch(max(0, min(stretch.limit, left)), stretch.offset + above)
    return walk.by_time(db, scope, "created", stretch, is_descending) if stretch.limit else []


def _page_by_status(
    db: Connection, scope: Scope, filters: OrderFilters, sorting: Sorting, stretch: Stretch
) -> list[int]:
    counts = _by_status(db, scope, filters)
    ids: list[int] = []
    for status in sorted(counts, reverse=sorting.is_descending):
        left = Stretch(stretch.limit - len(ids), stretch.offset)
        if left.limit and left.offset < counts[status]:
            of_status = replace(scope, statuses=(status,))
            ids += _page_by_day(db, of_status, filters, left, is_descending=True)
        stretch = replace(stretch, offset=max(0, stretch.offset - counts[status]))
    return ids


def _sorted(db: Connection, which: ColumnElement[bool], sorting: Sorting, stretch: Stretch) -> list[int]:
    """Return a page of few orders, all of them sorted for it."""
    column = {
        "date_created": orders.c.created_at,
        "date_modified": orders.c.modified_at,
        "total": orders.c.total_minor,
        "status": orders.c.status,
    }[sorting.by]
    newest = (orders.c.created_at.desc(), orders.c.id.desc())
    oldest = (orders.c.created_at, orders.c.id)
    ties = newest if sorting.is_descending or sorting.by == "status" else oldest
    first = column.desc() if sorting.is_descending else column.asc()
    query = select(orders.c.id).where(which).order_by(first, *ties)
    return list(db.execute(query.limit(stretch.limit).offset(stretch.offset)).scalars())


def _found(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> ColumnElement[bool]:
    which = and_(visible(store_scope), orders.c.id.in_(search.matching(db, store_scope, filters.text)))
    if filters.status:
        which &= orders.c.status == filters.status
    if filters.store_id is not None:
        which &= orders.c.store_id == filters.store_id
    return which & _of_days(filters)


def _of_days(filters: OrderFilters) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [orders.c.id > 0]
    if filters.first_on is not None:
        found.append(orders.c.created_at >= _midnight(filters.first_on))
    if filters.last_on is not None:
        found.append(orders.c.created_at < _midnight(filters.last_on) + timedelta(days=1))
    return and_(*found)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _day(day: date) -> int:
    return (day - _EPOCH).days
