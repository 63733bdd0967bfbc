"""The stock list as a CSV file, written so that no cell is a formula, and read as spreadsheets save it."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from writer.db import Database
from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.stock import levels
from writer.stock.levels import Filters, Line
from writer.web.csv_export import FORMULA, in_pieces

# The columns that a file may change, and those that are only for reading.
SETTINGS = (
    "name",
    "model",
    "variant",
    "reorder_point",
    "lead_time_days",
    "reserved",
    "allows_backorders",
    "is_active",
)
TOLD = ("on_hand", "available", "sold_30_days", "days_of_cover")
COLUMNS = ("sku", *SETTINGS, *TOLD, "counted")
MOST_ROWS = 5000
_CHUNK = 500
# Such a cell is written with a quote before it; reading removes the quote.
_QUOTED = (*FORMULA, "'")


@dataclass(frozen=True)
class SheetRow:
    """One row of a file: its line, its cells by column, and why it cannot be read (None: it can)."""

    line: int
    cells: dict[str, str]
    problem: str | None = None


def lines(database: Database, store_scope: StoreScope, filters: Filters) -> Iterator[str]:
    """Yield the filtered stock list as CSV, by SKU, in pieces of five hundred rows."""

    def chunk_after(db: Connection, last: Line | None) -> list[Line]:
        return levels.list_lines_after(db, store_scope, filters, last.product.sku_key if last else "", _CHUNK)

    yield "\ufeff"  # the mark by which spreadsheets recognise UTF-8
    yield from in_pieces(database, COLUMNS, chunk_after, _cells)


def _cells(line: Line) -> list[str | int | None]:
    row = line.product
    texts = [_quoted(text or "") for text in (row.sku, row.name, row.model, row.variant)]
    flags = ["yes" if flag else "no" for flag in (row.allows_backorders, row.is_active)]
    told = [row.on_hand, line.available, line.sold, line.days_of_cover]
    return [*texts, row.reorder_point, row.lead_time_days, row.set_aside, *flags, *told, ""]


def _quoted(text: str) -> str:
    return f"'{text}" if text.startswith(_QUOTED) else text


def read(data: bytes) -> list[SheetRow]:
    """Return the rows of a CSV file with a column `sku` and others of COLUMNS.

    It is UTF-8 with or without a byte order mark, separated by commas, semicolons or tabs. Raises Invalid if
    the file as a whole cannot be used.
    """
    head, delimiter, first_line = _opened(data)
    reader = csv.reader(io.StringIO(head), delimiter=delimiter, strict=True)
    try:
        columns = _columns(next(reader, []))
        rows = [_row(columns, cells, first_line + reader.line_num) for cells in reader if any(cells)]
    except csv.Error as error:
        raise _unreadable(f"Line {first_line + reader.line_num} cannot be read: {error}.") from None
    if len(rows) > MOST_ROWS:
        raise _unreadable(f"The file has more than {MOST_ROWS:,} rows: split it.")
    return rows


def _opened(data: bytes) -> tuple[str, str, int]:
    """Return the text from its heading on, the separator of its cells, and the number of lines before."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable('The file is not UTF-8. Save it as "CSV UTF-8" and send it again.') from None
    if "\0" in text:
        raise _unreadable('The file is not CSV. Save it as "CSV UTF-8" and send it again.')
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.rstrip()) == 5:
        return rest, first[4], 1
    return text, max(",;\t", key=first.count), 0


def _columns(cells: list[str]) -> list[str]:
    columns = [cell.strip().casefold().replace(" ", "_") for cell in cells]
    unknown = [name for name in columns if name and name not in COLUMNS]
    if "sku" not in columns:
        raise _unreadable("The first line must name the columns, and one of them must be sku.")
    if unknown:
        raise _unreadable(f"There is no column {unknown[0]}. The columns are: {', '.join(COLUMNS)}.")
    named = [name for name in columns if name]
    if len(set(named)) < len(named):
        raise _unreadable("A column occurs twice.")
    return columns


def _row(columns: list[str], cells: list[str], line: int) -> SheetRow:
    problem = "It has more cells than the first line." if any(cells[len(columns) :]) else None
    found = {name: _plain(cell) for name, cell in zip(columns, cells, strict=False) if name}
    return SheetRow(line, found, problem)


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_QUOTED) else text


def _unreadable(sentence: str) -> Invalid:
    return Invalid(sentence, {"file": sentence})
