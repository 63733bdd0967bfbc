"""The orders that a range's numbers are made of, as CSV."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from writer import orders
from writer.db import Database
from writer.lib import clock, money
from writer.lib.store_scope import StoreScope
from writer.reports.revenue.ranges import Range
from writer.web import csv_export

COLUMNS = ("day", "order", "store", "status", "currency", "total", "refunds", "net", "units")
_CHUNK = 2_000


def as_csv(database: Database, store_scope: StoreScope, chosen: Range, currency: str | None) -> Iterator[str]:
    """Yield the orders that count in these days, newest first; `currency` None: of every currency."""

    def chunk_after(db: Connection, last: Row[Any] | None) -> list[Row[Any]]:
        return orders.list_earning(db, store_scope, chosen.span, currency, _CHUNK, after=last)

    return csv_export.in_pieces(database, COLUMNS, chunk_after, _cells)


def _cells(row: Row[Any]) -> list[str | int]:
    texts = (csv_export.harmless(text) for text in (row.number, row.store_name, row.status, row.currency))
    amounts = (_amount(row, name) for name in ("total_minor", "refunded_minor", "net_minor"))
    return [clock.local_day(row.created_at).isoformat(), *texts, *amounts, row.units]


def _amount(row: Row[Any], name: str) -> str:
    digits = money.minor_digits(row.currency)
    return f"{Decimal(getattr(row, name)).scaleb(-digits):.{digits}f}"
