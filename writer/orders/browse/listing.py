"""Lists of orders for programs: which ones a filter leaves, how many, and which of them an offset reaches.

Pages for people are read by keyset.py.
A short list is sorted for each page. A long one is read along an index: by date from the month that holds the
page, so that every page costs the same; by total or change from the nearer end of the list.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from writer.db.schema.orders import orders
from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.orders.browse import months, narrow
from writer.orders.browse.filters import (
    OrderFilters,
    Sorting,
    along_an_index,
    by_store_and_status,
    made_between,
)
from writer.orders.browse.months import Month

SHORT = 1_000  # orders that are sorted as fast as they are found
# No index sorts a range of dates by another column: this many are sorted at once, more are refused.
MOST_SORTED = 10_000
COLUMNS: dict[str, ColumnElement[Any]] = {
    "date_created": orders.c.created_at,
    "date_modified": orders.c.modified_at,
    "total": orders.c.total_minor,
    "status": orders.c.status,
}


def count(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> int:
    """Count the filtered orders; with a text, at most as many as search.py looks at."""
    if not filters.text:
        return months.count(db, store_scope, filters)
    found = select(func.count()).select_from(orders).where(_searched(db, store_scope, filters))
    return int(db.execute(found).scalar_one())


def page(
    db: Connection, store_scope: StoreScope, filters: OrderFilters, sorting: Sorting, limit: int, offset: int
) -> list[int]:
    """Return the ids of a page of the filtered orders, sorted.

    Raises Invalid naming `orderBy` if a range of dates with more than 10,000 orders is to be sorted by total
    or by the time of change.
    """
    if filters.text:
        return _ids(db, _searched(db, store_scope, filters), sorting, limit, offset)
    total = months.count(db, store_scope, filters)
    is_cut_across = filters.has_days and sorting.by in ("date_modified", "total")
    if is_cut_across and total > MOST_SORTED:
        sentence = f"More than {MOST_SORTED:,} orders have these dates: sort them by date_created."
        raise Invalid(sentence, {"orderBy": sentence})
    if is_cut_across or total <= SHORT:
        return _ids(db, by_store_and_status(db, store_scope, filters), sorting, limit, offset)
    if sorting.by == "status":
        return _page_by_status(db, store_scope, filters, sorting.is_descending, limit, offset)
    if sorting.by == "date_created":
        return _page_by_date(db, store_scope, filters, sorting, limit, offset)
    return _page_from_nearer_end(db, along_an_index(store_scope, filters), sorting, limit, offset, total)


def _searched(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> ColumnElement[bool]:
    return narrow.condition(store_scope, filters, narrow.parts(db, store_scope, filters))


def _page_by_status(
    db: Connection,
    store_scope: StoreScope,
    filters: OrderFilters,
    is_descending: bool,
    limit: int,
    offset: int,
) -> list[int]:
    """Return a page of a list by status, newest first within each."""
    ids: list[int] = []
    for status in sorted(months.list_statuses(db, store_scope, filters), reverse=is_descending):
        of_status = replace(filters, status=status)
        found = months.list_months(db, store_scope, of_status)[::-1]
        which = along_an_index(store_scope, of_status)
        ids += _ids_of_months(db, which, found, Sorting(), limit - len(ids), offset)
        if len(ids) == limit:
            break
        offset = max(0, offset - sum(month.orders for month in found))
    return ids


def _page_by_date(
    db: Connection, store_scope: StoreScope, filters: OrderFilters, sorting: Sorting, limit: int, offset: int
) -> list[int]:
    """Return a page by the time orders were made."""
    found = months.list_months(db, store_scope, filters)
    if sorting.is_descending:
        found.reverse()
    return _ids_of_months(db, along_an_index(store_scope, filters), found, sorting, limit, offset)


def _ids_of_months(
    db: Connection,
    which: ColumnElement[bool],
    found: list[Month],
    sorting: Sorting,
    limit: int,
    offset: int,
) -> list[int]:
    """Return a page of the orders of these months; those that it does not touch are not read."""
    ids: list[int] = []
    for month in found:
        if offset < month.orders:
            of_month = which & made_between(month.first_at, month.until)
            ids += _ids(db, of_month, sorting, limit - len(ids), offset)
        if len(ids) == limit:
            break
        offset = max(0, offset - month.orders)
    return ids


def _page_from_nearer_end(
    db: Connection, which: ColumnElement[bool], sorting: Sorting, limit: int, offset: int, total: int
) -> list[int]:
    """Return a page of a list of `total` orders: the last page is read as fast as the first."""
    limit = max(0, min(limit, total - offset))
    if offset <= total // 2:
        return _ids(db, which, sorting, limit, offset)
    backwards = replace(sorting, is_descending=not sorting.is_descending)
    return _ids(db, which, backwards, limit, total - offset - limit)[::-1]


def _ids(db: Connection, which: ColumnElement[bool], sorting: Sorting, limit: int, offset: int) -> list[int]:
    """Return the ids of so many of these orders, sorted; equal ones by id, of one status newest first."""
    column, last = COLUMNS[sorting.by], orders.c.id
    order = [column.desc(), last.desc()] if sorting.is_descending else [column, last]
    if sorting.by == "status":
        order[1:] = [orders.c.created_at.desc(), last.desc()]
    return list(
        db.execute(select(orders.c.id).where(which).order_by(*order).limit(limit).offset(offset)).scalars()
    )
