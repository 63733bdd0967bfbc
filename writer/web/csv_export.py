"""CSV that a person may open in a spreadsheet: rows as text, and cells that are no formulas."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from writer.db import Database

Found = TypeVar("Found")

# A spreadsheet takes a cell that begins so for a formula, and runs it; some take the wide forms for the same.
FORMULA = (*"=+-@", *"\uff1d\uff0b\uff0d\uff20", "\t", "\r")


def in_pieces(
    database: Database,
    columns: Sequence[str],
    chunk_after: Callable[[Connection, Found | None], Sequence[Found]],
    cells: Callable[[Found], Sequence[str | int | None]],
) -> Iterator[str]:
    """Yield the names of the columns, and then what there is, as CSV, chunk by chunk.

    `chunk_after(db, last)` gives what comes next after the last one (None: what comes first), and nothing at
    the end. Each chunk is a read of its own: a snapshot held for as long as somebody downloads would keep
    the write-ahead log from being emptied.
    """
    yield rows_as_csv([columns])
    last = None
    while True:
        with database.reading() as db:
            chunk = chunk_after(db, last)
        if not chunk:
            return
        yield rows_as_csv(cells(found) for found in chunk)
        last = chunk[-1]


def rows_as_csv(rows: Iterable[Sequence[str | int | None]]) -> str:
    """Return rows as lines of CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def harmless(text: str) -> str:
    """Return text of people and stores so that a spreadsheet shows it and never runs it."""
    return f"'{text}" if text.startswith(FORMULA) else text
