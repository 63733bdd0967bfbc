"""Which orders a list shows and how it is sorted, and the SQL conditions that say so.

What only few orders have, such as a text or a SKU, is in narrow.py.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from writer.db.schema.orders import order_counts, orders
from writer.lib.store_scope import StoreScope
from writer.orders.browse.views import ALL, View

SORTS = ("date_created", "date_modified", "total", "status")


@dataclass(frozen=True)
class OrderFilters:
    """Which orders to list; "", () and None leave that out. `text` is looked for as search.py says."""

    status: str = ""
    store_id: int | None = None
    text: str = ""
    first_at: datetime | None = None  # made at this moment or later
    until: datetime | None = None  # made before this moment
    view: View = ALL
    sku: str = ""  # exactly, as stock compares SKUs
    country: str = ""  # where the parcel goes to, as ISO code
    customer_of: int | None = None  # an order: all of the same e-mail address
    ids: tuple[int, ...] = ()  # these orders alone

    def __bool__(self) -> bool:
        return self != OrderFilters()

    @property
    def has_days(self) -> bool:
        return self.first_at is not None or self.until is not None

    @property
    def statuses(self) -> tuple[str, ...] | None:
        """The statuses to list, of the view and as asked for; None: any."""
        if not self.status:
            return self.view.statuses
        return (self.status,) if self.view.statuses is None or self.status in self.view.statuses else ()


@dataclass(frozen=True)
class Sorting:
    """By what a list is sorted (one of SORTS) and which way; of one status always newest first."""

    by: str = "date_created"
    is_descending: bool = True


NEWEST = Sorting()


def utc_days(first_on: date | None, last_on: date | None) -> tuple[datetime | None, datetime | None]:
    """Return the moments between which orders of these days (UTC, both included) were made."""
    until = None if last_on is None else _midnight(last_on) + timedelta(days=1)
    return None if first_on is None else _midnight(first_on), until


def made_between(first_at: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    """Return the condition for orders made at or after `first_at` and before `until`; None: no limit."""
    made: ColumnElement[bool] = true()
    if first_at is not None:
        made &= orders.c.created_at >= first_at
    if until is not None:
        made &= orders.c.created_at < until
    return made


def counted(store_scope: StoreScope, filters: OrderFilters) -> ColumnElement[bool]:
    """Return the condition for the counts of what store and status leave, whatever the days."""
    table = order_counts.c
    return (table.cached > 0) & store_scope.of(table.store_id) & of_store_and_status(table, filters)


def along_an_index(store_scope: StoreScope, filters: OrderFilters) -> ColumnElement[bool]:
    """Return the condition for what store and status leave, to be read in the order of an index.

    An index that begins with the sorted column holds the others for filtering. The store is compared as
    `store_id + 0`, because SQLite would otherwise find all orders of a store and sort them.
    """
    store_id = orders.c.store_id + 0
    which = orders.c.is_cached & store_scope.of(store_id)
    if filters.statuses is not None:
        which &= orders.c.status.in_(filters.statuses)
    if filters.store_id is not None:
        which &= store_id == filters.store_id
    return which


def list_pairs(db: Connection, store_scope: StoreScope, filters: OrderFilters) -> list[tuple[int, str]]:
    """Return each store and status that orders of these filters, whatever their days, have."""
    pairs = select(order_counts.c.store_id, order_counts.c.status).where(counted(store_scope, filters))
    return [(row.store_id, row.status) for row in db.execute(pairs.distinct())]


def by_store_and_status(
    db: Connection, store_scope: StoreScope, filters: OrderFilters
) -> ColumnElement[bool]:
    """Return the condition for what store, status and days leave, to be found at once and sorted.

    It names every store and status there is, because an index finds the orders of each pair.
    """
    found = list_pairs(db, store_scope, filters)
    return and_(
        orders.c.is_cached,
        orders.c.store_id.in_(sorted({store_id for store_id, _ in found})),
        orders.c.status.in_(sorted({status for _, status in found})),
        made_between(filters.first_at, filters.until),
    )


def of_store_and_status(
    table: ReadOnlyColumnCollection[str, Any], filters: OrderFilters
) -> ColumnElement[bool]:
    """Return the condition for the store and the status asked for."""
    which: ColumnElement[bool] = true()
    if filters.statuses is not None:
        which &= table.status.in_(filters.statuses)
    if filters.store_id is not None:
        which &= table.store_id == filters.store_id
    return which


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
