"""Reads of the ledger: one sale, the newest sales, filtered sales, totals."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    func,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import NullType

from writer import stock
from writer.db import check_id, is_id
from writer.db.schema.audit import audit_entries
from writer.db.schema.ledger import sales
from writer.db.schema.orders import order_lines, orders
from writer.db.schema.types import UtcTime
from writer.lib import clock
from writer.lib.errors import Gone, NotFound
from writer.lib.store_scope import StoreScope

SOURCES = {"form": "By hand", "api": "API", "order": "Order", "file": "File", "shell": "Shell"}
# Up to this many matches are found first and then sorted; more are found soon by a walk from the newest.
_SPARSE = 20_000
_CHUNK = 1000


class LedgerTime(UtcTime):
    """A date of the ledger. The shell may have written anything, so text that is no date reads as 1970."""

    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """As UtcTime, but without an error."""
        try:
            return super().process_result_value(value, dialect)
        except (TypeError, ValueError, OverflowError):
            return datetime(1970, 1, 1, tzinfo=UTC)


# As stored: a date written by the shell can have another format than ours, and still sorts.
_kept_date = type_coerce(sales.c.date_added, NullType())


NEWEST = "-date"
SORTINGS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "date": (sales.c.date_added,),
    "type": (sales.c.model, sales.c.variant),
    "units": (sales.c.quantity,),
    "seller": (sales.c.seller,),
}


@dataclass(frozen=True)
class Filters:
    """A filter of sales; "" and None match all. Days are whole days of the shop, both included."""

    text: str = ""
    model: str = ""
    variant: str = ""
    seller: str = ""
    source: str = ""
    first_on: date | None = None
    last_on: date | None = None
    is_plain: bool = False  # only without a variant: what counts as itself

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class Summary:
    """The number of rows of the ledger, and their units."""

    rows: int
    units: int


def visible(store_scope: StoreScope) -> ColumnElement[bool]:
    """Return the condition that selects sales by hand and sales of orders of visible stores."""
    return (
        true() if store_scope.is_all else sales.c.order_line_id.is_(None) | store_scope.of(sales.c.store_id)
    )


def get_sale(db: Connection, store_scope: StoreScope, sale_id: int) -> Row[Any]:
    """Return one sale with its order (order_id, order_number; None for a sale by hand).

    Raises Gone if it was deleted, and NotFound.
    """
    missing = "There is no such sale."
    known = sales.c.id == check_id(sale_id, missing)
    found = db.execute(_with_order().where(known, visible(store_scope))).first()
    if found is None and find_deleted(db, sale_id) is not None:
        raise Gone(f"Sale {sale_id} was deleted: the page /sales/{sale_id} can restore it.")
    if found is None:
        raise NotFound(missing)
    return found


def find_deleted(db: Connection, sale_id: int) -> dict[str, Any] | None:
    """Return a deleted sale as the audit trail stored it, or None."""
    if is_id(sale_id) and db.execute(select(sales.c.id).where(sales.c.id == sale_id)).first():
        return None
    entry = audit_entries.c
    deletions = (entry.subject == f"sale {sale_id}") & (entry.action == "sale.delete")
    kept = db.execute(select(entry.before).where(deletions).order_by(entry.id.desc()).limit(1)).scalar()
    found: dict[str, Any] | None = json.loads(kept) if kept else None
    return found


def list_history(db: Connection, sale_id: int) -> Sequence[Row[datetime, str, str, str | None, str | None]]:
    """Return who changed a sale by hand and when, newest first."""
    entry = audit_entries.c
    query = select(entry.at, entry.actor, entry.action, entry.before, entry.after)
    return db.execute(
        query.where(entry.subject == f"sale {sale_id}").order_by(entry.id.desc()).limit(50)
    ).all()


def stock_warning(db: Connection, sale: Row[Any]) -> str | None:
    """Return why a sale by hand that names a SKU takes nothing out of stock; None if there is no reason."""
    return stock.why_not_taken(db, sale.sku, sale.date)


def list_newest(db: Connection, store_scope: StoreScope, limit: int, offset: int) -> Sequence[Row[Any]]:
    """Return sales newest first; `offset` costs a walk along one index."""
    return list_sales(db, store_scope, Filters(), limit, offset, None)


def list_sales(
    db: Connection,
    store_scope: StoreScope,
    filters: Filters,
    limit: int,
    offset: int,
    summary: Summary | None,
    sort: str = NEWEST,
) -> Sequence[Row[Any]]:
    """Return the filtered sales, newest first; `summary`, if given, decides how they are searched.

    `sort` is a key of SORTINGS, "-" before it for descending.
    """
    matching: Select[Any] = select(sales.c.id, sales.c.date_added).where(*_conditions(store_scope, filters))
    if sort != NEWEST:
        order = _order_by(sort)
        wanted = matching.with_only_columns(sales.c.id).order_by(*order).limit(limit).offset(offset)
        return db.execute(_with_order().where(sales.c.id.in_(wanted)).order_by(*order)).all()
    if filters and summary is not None and summary.rows <= _SPARSE:
        few = matching.limit(max(summary.rows, 1)).subquery()
        newest = select(few.c.id).order_by(few.c.date_added.desc(), few.c.id.desc())
    else:
        newest = matching.with_only_columns(sales.c.id).order_by(sales.c.date_added.desc(), sales.c.id.desc())
    wanted = newest.limit(limit).offset(offset)
    return db.execute(_newest_first(_with_order().where(sales.c.id.in_(wanted)))).all()


def _order_by(sort: str) -> list[ColumnElement[Any]]:
    columns = [*SORTINGS[sort.removeprefix("-")], sales.c.id]
    return [column.desc() if sort.startswith("-") else column.asc() for column in columns]


def summarize(db: Connection, store_scope: StoreScope, filters: Filters) -> Summary:
    """Count the filtered sales and their units."""
    counted = select(func.count(), func.coalesce(func.sum(sales.c.quantity), 0)).select_from(sales)
    rows, units = db.execute(counted.where(*_conditions(store_scope, filters))).one()
    return Summary(int(rows), int(units))


def count_sales(db: Connection, store_scope: StoreScope) -> int:
    """Count the rows of the ledger."""
    return int(db.execute(select(func.count()).select_from(sales).where(visible(store_scope))).scalar_one())


def chunk_after(
    db: Connection, store_scope: StoreScope, filters: Filters, last: Row[Any] | None
) -> Sequence[Row[Any]]:
    """Return the next thousand filtered sales, newest first, after the row `last`."""
    wanted = _with_order().where(*_conditions(store_scope, filters))
    if last is not None:
        wanted = wanted.where(tuple_(_kept_date, sales.c.id) < tuple_(last.kept_date, last.id))
    return db.execute(_newest_first(wanted).limit(_CHUNK)).all()


def usual_currency(db: Connection) -> str | None:
    """Return the currency of the newest order; None if there is none."""
    newest = select(orders.c.currency).where(orders.c.currency != "").order_by(orders.c.created_at.desc())
    return db.execute(newest.limit(1)).scalar()


def list_sellers(db: Connection, store_scope: StoreScope) -> list[str]:
    """Return the sellers of the newest five thousand sales, by name, as suggestions for the filter."""
    newest = _newest_first(select(sales.c.seller).where(visible(store_scope))).limit(5000).subquery()
    names = select(newest.c.seller).where(newest.c.seller != "").distinct().order_by(newest.c.seller)
    return list(db.execute(names.limit(200)).scalars())


def _with_order() -> Select[Any]:
    ledger = sales.outerjoin(order_lines, sales.c.order_line_id == order_lines.c.id).outerjoin(orders)
    return select(
        sales.c.id,
        type_coerce(sales.c.date_added, LedgerTime()).label("date"),
        _kept_date.label("kept_date"),
        sales.c.model,
        sales.c.variant,
        sales.c.quantity,
        sales.c.seller,
        sales.c.notes,
        sales.c.source,
        sales.c.sku,
        sales.c.order_line_id,
        sales.c.price_minor,
        sales.c.currency,
        sales.c.updated_at,
        # An order that was deleted after its retention has no page.
        case((orders.c.is_cached, orders.c.id)).label("order_id"),
        orders.c.number.label("order_number"),
    ).select_from(ledger)


def _newest_first(wanted: Select[Any]) -> Select[Any]:
    return wanted.order_by(sales.c.date_added.desc(), sales.c.id.desc())


def _conditions(store_scope: StoreScope, filters: Filters) -> Iterator[ColumnElement[bool]]:
    yield visible(store_scope)
    for name in ("model", "variant", "seller", "source"):
        if getattr(filters, name):
            yield sales.c[name] == getattr(filters, name)
    if filters.text:
        searched = (sales.c.notes, sales.c.seller, sales.c.sku)
        yield or_(*(column.icontains(filters.text, autoescape=True) for column in searched))
    if filters.is_plain:
        yield sales.c.variant == ""
    if filters.first_on:
        yield sales.c.date_added >= clock.day_start(filters.first_on)
    if filters.last_on:
        yield sales.c.date_added < clock.day_start(filters.last_on + timedelta(days=1))
