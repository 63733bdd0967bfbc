"""One row by its id, as an address or a form names it."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select
from sqlalchemy.sql.schema import Table

from writer.lib.errors import NotFound

LARGEST_ID = 2**31 - 1  # of PostgreSQL's integer columns


def get_row(
    db: Connection,
    table: Table,
    row_id: int,
    missing: str = "There is no such thing.",
    *where: ColumnElement[bool],
) -> Row[Any]:
    """Return the row with this id that meets these conditions.

    Raises NotFound with the sentence `missing`, also for an id that no column can hold.
    """
    row = None
    if is_id(row_id):
        row = db.execute(select(table).where(table.c.id == row_id, *where)).one_or_none()
    if row is None:
        raise NotFound(missing)
    return row


def check_id(number: int, missing: str = "There is no such thing.") -> int:
    """Return `number`; raises NotFound with the sentence `missing` where no column can hold it as an id."""
    if not is_id(number):
        raise NotFound(missing)
    return number


def is_id(number: int) -> bool:
    """Tell whether a row can have this id."""
    return 0 < number <= LARGEST_ID


def parse_id(text: str) -> int | None:
    """Return the id that a query string names; None where it is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 12
    return int(text) if is_number and is_id(int(text)) else None
