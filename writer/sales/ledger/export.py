"""The ledger as CSV, row by row, safe to open in a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row

from writer.db import Database
from writer.lib.store_scope import StoreScope
from writer.sales.ledger import queries
from writer.sales.ledger.queries import Filters
from writer.web.csv_export import harmless, in_pieces
from writer.web.times import iso

COLUMNS = ("id", "date", "model", "variant", "quantity", "seller", "notes", "sku", "source", "order")


def lines(database: Database, store_scope: StoreScope, filters: Filters) -> Iterator[str]:
    """Return the filtered sales as CSV, newest first, in pieces of a thousand rows."""

    def chunk_after(db: Connection, last: Row[Any] | None) -> Sequence[Row[Any]]:
        return queries.chunk_after(db, store_scope, filters, last)

    return in_pieces(database, COLUMNS, chunk_after, _cells)


def _cells(sale: Row[Any]) -> list[str | int]:
    texts = (sale.model, sale.variant, sale.seller, sale.notes, sale.sku, sale.source, sale.order_number)
    model, variant, seller, notes, sku, source, order = (harmless(text or "") for text in texts)
    return [sale.id, iso(sale.date), model, variant, sale.quantity, seller, notes, sku, source, order]
