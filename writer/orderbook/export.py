"""The list of orders as CSV, piece by piece, safe to open in a spreadsheet."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from writer import money
from writer.db import Database
from writer.frame import iso
from writer.orderbook import queries
from writer.orderbook.listing import OrderFilters
from writer.sight import Sight
from writer.spreadsheet import harmless, rows_as_csv

COLUMNS = (
    *("number", "store", "woocommerce_id", "status", "date_created", "date_modified"),
    *("customer", "email", "currency", "total", "refunded", "revenue", "units"),
)
_CHUNK = 500


def lines(database: Database, sight: Sight, filters: OrderFilters) -> Iterator[str]:
    """Yield what the filters leave as CSV, oldest first, in pieces of five hundred rows.

    Each piece is a read of its own: a snapshot held for as long as somebody downloads would keep the
    write-ahead log from being emptied.
    """
    yield rows_as_csv([COLUMNS])
    last: Row[Any] | None = None
    while True:
        with database.reading() as db:
            chunk = queries.chunk_after(db, sight, filters, last, _CHUNK)
        if not chunk:
            return
        yield rows_as_csv(_cells(row) for row in chunk)
        last = chunk[-1]


def _cells(row: Row[Any]) -> list[str | int]:
    amounts = [_amount(minor, row.currency) for minor in (row.total_minor, row.refunded_minor, row.net_minor)]
    return [
        harmless(row.number),
        harmless(row.store_name),
        harmless(row.external_id),
        harmless(row.status),
        iso(row.created_at),
        iso(row.version) if row.version else "",
        harmless(row.customer_name or ""),
        harmless(row.customer_email or ""),
        harmless(row.currency),
        *amounts,
        row.units,
    ]


def _amount(minor: int, currency: str) -> str:
    digits = money.minor_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"
