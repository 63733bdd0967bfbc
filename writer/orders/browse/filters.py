"""Which orders a list shows and how it is sorted, and the SQL conditions that say so."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from writer.db.schema.orders import order_counts, orders
from writer.lib.store_scope import StoreScope
from writer.orders.browse import search
from writer.orders.record import visible

SORTS = ("date_created", "date_modified", "total", "status")


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

    @property
    def first_at(self) -> datetime | None:
        """The first moment of the days; None: no order is too old."""
        return None if self.first_on is None else _midnight(self.first_on)

    @property
    def until(self) -> datetime | None:
        """The first moment after the days; None: no order is too new."""
        return None if self.last_on is None else _midnight(self.last_on) + timedelta(days=1)


@dataclass(frozen=True)
class Sorting:
    """By what a list is sorted (one of SORTS) and which way; of one status always newest first."""

    by: str = "date_created"
    is_descending: bool = True


NEWEST = Sorting()


def made_between(first_at: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    """Return the condition for orders made at or after `first_at` and before `until`; None: no limit."""
    made: ColumnElement[bool] = true()
    if first_at is not None:
        made &= orders.c.created_at >= first_at
    if until is not None:
        made &= orders.c.created_at < until
    return made


def counted(store_scope: StoreScope, filters: OrderFilters) -> ColumnElement[bool]:
    """Return the condition for the counts of what the filters leave, whatever their days."""
    table = order_counts.c
    return (table.cached > 0) & store_scope.of(table.store_id) & _of_store_and_status(table, filters)


def along_an_index(store_scope: StoreScope, filters: OrderFilters) -> ColumnElement[bool]:
    """Return the condition for what the filters leave but their days, to be read in the order of an index.

    An index that begins with the sorted column holds the others for filtering. The store is compared as
    `store_id + 0`, because SQLite would otherwise find all orders of a store and sort them.
    """
    store_id = orders.c.store_id + 0
    which = orders.c.is_cached & store_scope.of(store_id)
    if filters.status:
        which &= orders.c.status == filters.status
    if filters.store_id is not None:
        which &= store_id == filters.store_id
    return which


def by_store_and_status(
    db: Connection, store_scope: StoreScope, filters: OrderFilters
) -> ColumnElement[bool]:
    """Return the condition for what the filters leave, to be found at once and sorted.

    It names every store and status there is, because an index finds the orders of each pair.
    """
    pairs = select(order_counts.c.store_id, order_counts.c.status).where(counted(store_scope, filters))
    found = db.execute(pairs.distinct()).all()
    return and_(
        orders.c.is_cached,
        orders.c.store_id.in_(sorted({row.store_id for row in found})),
        orders.c.status.in_(sorted({row.status for row in found})),
        made_between(filters.first_at, filters.until),
    )


def searched(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> ColumnElement[bool]:
    """Return the condition for what the filters leave, their text included."""
    found = orders.c.id.in_(search.matching(db, store_scope, filters.text))
    which = visible(store_scope) & found & _of_store_and_status(orders.c, filters)
    return which & made_between(filters.first_at, filters.until)


def _of_store_and_status(
    table: ReadOnlyColumnCollection[str, Any], filters: OrderFilters
) -> ColumnElement[bool]:
    which: ColumnElement[bool] = true()
    if filters.status:
        which &= table.status == filters.status
    if filters.store_id is not None:
        which &= table.store_id == filters.store_id
    return which


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
