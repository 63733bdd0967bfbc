"""The list of refunds as CSV, in pieces, safe to open in a spreadsheet."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row

from writer.db import Database
from writer.lib import money
from writer.lib.store_scope import StoreScope
from writer.orders.refunds import queries
from writer.web.csv_export import harmless, in_pieces
from writer.web.times import iso

COLUMNS = ("order", "store", "refund", "date", "reason", "units", "currency", "amount", "deleted_in_store")
_CHUNK = 500


def lines(database: Database, store_scope: StoreScope, store_id: int | None) -> Iterator[str]:
    """Return the refunds of a store, or of all that may be seen, as CSV, oldest first."""

    def chunk_after(db: Connection, last: Row[Any] | None) -> Sequence[Row[Any]]:
        return queries.list_after(db, store_scope, store_id, 0 if last is None else last.id, _CHUNK)

    return in_pieces(database, COLUMNS, chunk_after, _cells)


def units_of(refund: Any) -> int | None:
    """Return the units of a refund; None while only its amount is known."""
    return None if refund.lines is None else sum(json.loads(refund.lines).values())


def _cells(row: Row[Any]) -> list[str | int | None]:
    digits = money.minor_digits(row.currency)
    return [
        harmless(row.number),
        harmless(row.store_name),
        harmless(row.external_id),
        iso(row.made_at) if row.made_at else "",
        harmless(row.reason),
        units_of(row),
        harmless(row.currency),
        f"{Decimal(row.total_minor).scaleb(-digits):.{digits}f}",
        "yes" if row.is_gone else "no",
    ]
