"""The list of orders as CSV, in pieces, safe to open in a spreadsheet."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from writer.db import Database
from writer.lib import money
from writer.lib.store_scope import StoreScope
from writer.orders.browse import queries
from writer.orders.browse.filters import OrderFilters
from writer.web.csv_export import harmless, in_pieces
from writer.web.times import iso

COLUMNS = (
    *("number", "store", "woocommerce_id", "status", "date_created", "date_modified"),
    *("customer", "email", "currency", "total", "refunded", "revenue", "units"),
)
_CHUNK = 500


def lines(database: Database, store_scope: StoreScope, filters: OrderFilters) -> Iterator[str]:
    """Return the filtered orders as CSV, oldest first, in pieces of five hundred rows."""

    def chunk_after(db: Connection, last: Row[Any] | None) -> Sequence[Row[Any]]:
        return queries.chunk_after(db, store_scope, filters, last, _CHUNK)

    return in_pieces(database, COLUMNS, chunk_after, _cells)


def _cells(row: Row[Any]) -> list[str | int]:
    amounts = [_amount(minor, row.currency) for minor in (row.total_minor, row.refunded_minor, row.net_minor)]
    return [
        harmless(row.number),
        harmless(row.store_name),
        harmless(row.external_id),
        harmless(row.status),
        iso(row.created_at),
        iso(row.changed_at) if row.changed_at else "",
        harmless(row.customer_name or ""),
        harmless(row.customer_email or ""),
        harmless(row.currency),
        *amounts,
        row.units,
    ]


def _amount(minor: int, currency: str) -> str:
    digits = money.minor_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"
