"""Statements compiled once. SQLite is given them as they are, for what SQLAlchemy does anew at each execution
took several times as long as SQLite itself; PostgreSQL gets them by SQLAlchemy."""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Insert, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

_DIALECT = sqlite.dialect()
Convert = Callable[[Any], Any]
Reads = Select[Any] | CompoundSelect[Any]


class Prepared:
    """A statement whose values are `bindparam`s, or for an insert or update its `columns`.

    What differs from one execution to the next must be a value: no list for an IN, no default of Python's.
    """

    def __init__(self, statement: Reads | Insert | Update, columns: Sequence[str] | None = None) -> None:
        self.statement = statement
        self._columns = columns

    def all(self, db: Connection, **values: Any) -> Sequence[Any]:
        """Return all rows; each has its columns as attributes, and `_asdict()`."""
        if db.dialect.name != "sqlite":
            return db.execute(self.statement, values).all()
        row, conversions = self._rows
        found = self._run(db, values).fetchall()
        return [row(_converted(values, conversions)) for values in found]

    def first(self, db: Connection, **values: Any) -> Any:
        """Return the first row, or None."""
        if db.dialect.name != "sqlite":
            return db.execute(self.statement, values).first()
        row, conversions = self._rows
        found = self._run(db, values).fetchone()
        return None if found is None else row(_converted(found, conversions))

    def insert(self, db: Connection, **values: Any) -> int:
        """Insert one row; return its id."""
        if db.dialect.name == "sqlite":
            return int(self._run(db, values).lastrowid)
        key = db.execute(self.statement, values).inserted_primary_key
        assert key is not None
        return int(key[0])

    def change(self, db: Connection, **values: Any) -> None:
        """Execute an update."""
        if db.dialect.name == "sqlite":
            self._run(db, values)
        else:
            db.execute(self.statement, values)

    def _run(self, db: Connection, values: dict[str, Any]) -> Any:
        text, names, conversions, fixed = self._compiled
        told = {**fixed, **values} if fixed else values
        given = _converted([told[name] for name in names], conversions)
        raw: Any = db.connection.dbapi_connection
        try:
            return raw.execute(text, given)
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                text, None, error, sqlite3.Error, hide_parameters=True, dialect=_DIALECT
            ) from error

    @cached_property
    def _compiled(self) -> tuple[str, list[str], list[tuple[int, Convert]], dict[str, Any]]:
        """The text, whose value is at each of its places, which are converted, and the values given here."""
        compiled = self.statement.compile(dialect=_DIALECT, column_keys=self._columns)
        assert isinstance(compiled, SQLCompiler)
        assert compiled.positiontup is not None
        if compiled.post_compile_params or compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError("only values may differ from one execution to the next")
        names = compiled.positiontup
        types = [compiled.binds[name].type.dialect_impl(_DIALECT) for name in names]
        conversions = _needed(type_.bind_processor(_DIALECT) for type_ in types)
        fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        return str(compiled), names, conversions, fixed

    @cached_property
    def _rows(self) -> tuple[Callable[[Any], Any], list[tuple[int, Convert]]]:
        """How a row is made, and which of its columns are converted first."""
        assert isinstance(self.statement, (Select, CompoundSelect))
        columns = self.statement.selected_columns
        made = namedtuple("Row", columns.keys())  # type: ignore[misc]  # known once the statement is
        types = [column.type.dialect_impl(_DIALECT) for column in columns]
        return made._make, _needed(type_.result_processor(_DIALECT, None) for type_ in types)


def _needed(conversions: Iterable[Convert | None]) -> list[tuple[int, Convert]]:
    return [(at, convert) for at, convert in enumerate(conversions) if convert is not None]


def _converted(values: Sequence[Any], conversions: list[tuple[int, Convert]]) -> Sequence[Any]:
    if not conversions:
        return values
    changed = list(values)  # NULL is NULL, whatever the type
    for at, convert in conversions:
        if changed[at] is not None:
            changed[at] = convert(changed[at])
    return changed
