"""The ledger as CSV, row by row, safe to open in a spreadsheet."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row

from writer.db import Database
from writer.frame import iso
from writer.sales import queries
from writer.sales.queries import Filters
from writer.sight import Sight
from writer.spreadsheet import harmless, rows_as_csv

COLUMNS = ("id", "date", "model", "variant", "quantity", "seller", "notes", "sku", "source", "order")


def lines(database: Database, sight: Sight, filters: Filters) -> Iterator[str]:
    """Yield what the filters leave as CSV, newest first, in pieces of a thousand rows.

    Each piece is a read of its own: a snapshot held for as long as somebody downloads would keep the
    write-ahead log from being emptied.
    """
    yield rows_as_csv([COLUMNS])
    last: Row[Any] | None = None
    while True:
        with database.reading() as db:
            chunk = queries.chunk_after(db, sight, filters, last)
        if not chunk:
            return
        yield rows_as_csv([_cells(sale) for sale in chunk])
        last = chunk[-1]


def _cells(sale: Row[Any]) -> list[str | int]:
    texts = (sale.model, sale.variant, sale.seller, sale.notes, sale.sku, sale.source, sale.order_number)
    model, variant, seller, notes, sku, source, order = (harmless(text or "") for text in texts)
    return [sale.id, iso(sale.date), model, variant, sale.quantity, seller, notes, sku, source, order]
