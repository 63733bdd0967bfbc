"""Pages of a list of orders that begin after or before an order, however far down the list that is.

Unlike an offset, such a page costs the same everywhere, and orders that come meanwhile shift nothing. Each is
read along an index; a list by total or change that no index has in its order is sorted if it is short.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, union_all

from writer.db.schema.orders import orders
from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.orders.browse import listing, months, narrow
from writer.orders.browse.filters import (
    OrderFilters,
    Sorting,
    along_an_index,
    by_store_and_status,
    list_pairs,
    made_between,
)

_MOST_PAIRS = 30  # of store and status, each read along the index for itself
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Place:
    """Where a page begins: after the order of this key; or where it ends: before it."""

    key: Key | None = None  # None: from the list's own end
    is_before: bool = False


START, END = Place(), Place(is_before=True)


@dataclass(frozen=True)
class Slice:
    """The ids of one page, and whether the list goes on before and after it."""

    ids: list[int]
    has_before: bool
    has_after: bool


@dataclass(frozen=True)
class _Order:
    """The order of a list: columns, and whether each descends. The last one is always the id."""

    columns: tuple[tuple[ColumnElement[Any], bool], ...]

    @property
    def by(self) -> list[ColumnElement[Any]]:
        return [column.desc() if descends else column.asc() for column, descends in self.columns]

    def reversed(self) -> "_Order":
        return _Order(tuple((column, not descends) for column, descends in self.columns))

    def after(self, key: Key | None) -> ColumnElement[bool]:
        """Return the condition for what comes after an order with this key."""
        if key is None:
            return and_(True)
        (column, descends), value = self.columns[0], key[0]
        further: ColumnElement[bool] = column < value if descends else column > value
        if len(self.columns) == 1:
            return further
        # The first comparison is what an index is entered by.
        not_before: ColumnElement[bool] = column <= value if descends else column >= value
        same: ColumnElement[bool] = (column == value) & _Order(self.columns[1:]).after(key[1:])
        return not_before & or_(further, same)


def _order(sorting: Sorting) -> _Order:
    last = (orders.c.id, sorting.is_descending)
    if sorting.by == "status":
        newest = ((orders.c.created_at, True), (orders.c.id, True))
        return _Order(((orders.c.status, sorting.is_descending), *newest))
    return _Order(((listing.COLUMNS[sorting.by], sorting.is_descending), last))


def key_of(row: Row[Any], sorting: Sorting) -> Key:
    """Return the key of an order's row in a list that is sorted so."""
    return tuple(getattr(row, str(column.key)) for column, _ in _order(sorting).columns)


def page(
    db: Connection,
    store_scope: StoreScope,
    filters: OrderFilters,
    sorting: Sorting,
    place: Place,
    limit: int,
    parts: list[narrow.Part] | None = None,
) -> Slice:
    """Return the page at a place of the list; `parts` are those of the filters, if the caller has them.

    Raises Invalid naming `sort` if too many orders are to be sorted by what no index has in order.
    """
    order = _order(sorting)
    found = narrow.parts(db, store_scope, filters) if parts is None else parts
    source = _Source(db, store_scope, filters, found)
    if not place.is_before:
        ids = source.read(order, place.key, limit + 1)
        return Slice(ids[:limit], place.key is not None, len(ids) > limit)
    ids = source.read(order.reversed(), place.key, limit + 1)
    return Slice(ids[:limit][::-1], len(ids) > limit, place.key is not None)


def after(
    db: Connection, store_scope: StoreScope, filters: OrderFilters, key: Key | None, limit: int
) -> list[int]:
    """Return the ids of the next filtered orders, oldest first, after the one of `key` (time, id)."""
    oldest_first = _order(Sorting("date_created", is_descending=False))
    found = narrow.parts(db, store_scope, filters)
    return _Source(db, store_scope, filters, found).read(oldest_first, key, limit)


@dataclass(frozen=True)
class _Source:
    """What the filters leave, to be read in any order."""

    db: Connection
    store_scope: StoreScope
    filters: OrderFilters
    parts: list[narrow.Part]

    def read(self, order: _Order, key: Key | None, limit: int) -> list[int]:
        if any(part.is_few for part in self.parts):
            which = narrow.condition(self.store_scope, self.filters, self.parts)
            return self._sorted(which, order, key, limit)
        if self.parts and months.count(self.db, self.store_scope, self.filters) <= narrow.FEW:
            which = by_store_and_status(self.db, self.store_scope, self.filters) & self._in_passing
            return self._sorted(which, order, key, limit)
        column = order.columns[0][0]
        if column is orders.c.status:
            return self._by_status(order, key, limit)
        if column is orders.c.created_at:
            return self._by_date(order, key, limit)
        return self._by_another(order, key, limit)

    def _sorted(self, which: ColumnElement[bool], order: _Order, key: Key | None, limit: int) -> list[int]:
        query = select(orders.c.id).where(which, order.after(key)).order_by(*order.by).limit(limit)
        return list(self.db.execute(query).scalars())

    def _by_date(self, order: _Order, key: Key | None, limit: int) -> list[int]:
        is_all = self.store_scope.is_all and self.filters.store_id is None and self.filters.statuses is None
        pairs = [] if is_all else list_pairs(self.db, self.store_scope, self.filters)
        is_of_index = any(part.in_passing is not None for part in self.parts)
        if is_all or is_of_index or len(pairs) > _MOST_PAIRS:
            made = made_between(self.filters.first_at, self.filters.until)
            # Each filter's own index has its orders by date too.
            which = along_an_index(self.store_scope, self.filters) & made & narrow.all_of(self.parts)
            return self._sorted(which, order, key, limit)
        return self._of_pairs(pairs, order, key, limit)

    def _of_pairs(
        self, pairs: Sequence[tuple[int, str]], order: _Order, key: Key | None, limit: int
    ) -> list[int]:
        """Read each store and status along their index and merge them, so that rare ones are as near."""
        if not pairs:
            return []
        # Each in its own brackets, because SQLite accepts a LIMIT only at the end of a union.
        some = [
            select(
                select(orders.c.created_at, orders.c.id)
                .where(orders.c.is_cached, orders.c.store_id == store_id, orders.c.status == status)
                .where(self._rest, order.after(key))
                .order_by(*order.by)
                .limit(limit)
                .subquery()
            )
            for store_id, status in pairs
        ]
        found = [(row.created_at, row.id) for row in self.db.execute(union_all(*some))]
        first = heapq.nlargest if order.columns[0][1] else heapq.nsmallest
        return [order_id for _, order_id in first(limit, found)]

    def _by_status(self, order: _Order, key: Key | None, limit: int) -> list[int]:
        """Read status by status, each by date."""
        if self.parts:
            # One of the statuses may have none of these orders, and would be read to its end to know that.
            sentence = f"More than {narrow.FEW:,} orders are left: sort them by date or total."
            raise Invalid(sentence, {"sort": sentence})
        (_, descends), *by_date = order.columns
        pairs = list_pairs(self.db, self.store_scope, self.filters)
        within, ids = _Order(tuple(by_date)), list[int]()
        for status in sorted({status for _, status in pairs}, reverse=descends):
            if key is not None and (status > key[0] if descends else status < key[0]):
                continue
            since = key[1:] if key is not None and status == key[0] else None
            mine = [pair for pair in pairs if pair[1] == status]
            ids += self._of_pairs(mine, within, since, limit - len(ids))
            if len(ids) == limit:
                break
        return ids

    def _by_another(self, order: _Order, key: Key | None, limit: int) -> list[int]:
        """Read by total or by change: along the index, or sorted where it has them in no useful order."""
        total = months.count(self.db, self.store_scope, self.filters)
        if self.filters.has_days and total > listing.MOST_SORTED:
            sentence = f"More than {listing.MOST_SORTED:,} orders have these dates: sort them by date."
            raise Invalid(sentence, {"sort": sentence})
        if self.filters.has_days or total <= listing.SHORT:
            which = by_store_and_status(self.db, self.store_scope, self.filters) & self._in_passing
        else:
            which = along_an_index(self.store_scope, self.filters) & self._in_passing
        return self._sorted(which, order, key, limit)

    @property
    def _rest(self) -> ColumnElement[bool]:
        return made_between(self.filters.first_at, self.filters.until) & self._in_passing

    @property
    def _in_passing(self) -> ColumnElement[bool]:
        return narrow.all_in_passing(self.parts)
