"""The database: engine, transactions, locks. What differs between SQLite and PostgreSQL lives here alone."""

import fcntl
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any, Self
from zlib import crc32

from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.sql.schema import Table

from writer.config import Config
from writer.db.group_commit import Joined, Work
from writer.db.prepared import Prepared, execute_raw, savepoint


class AlreadyRunning(Exception):
    """Another process does the same work at present."""


class Database:
    """One database and how to talk to it: `transaction()` to change, `reading()` to look.

    On SQLite writers of this process queue at a lock of ours before BEGIN IMMEDIATE: threads that
    contend inside SQLite starve each other (measured p99 300 ms against 10 ms).
    """

    def __init__(self, url: str, pool_size: int = 16, max_overflow: int = 16) -> None:
        self.url = url
        self.longest_write_s = 0.0  # that a transaction of this process kept SQLite's lock
        self.engine = make_engine(url, pool_size, max_overflow)
        self._turn: threading.Lock | None = threading.Lock() if self.is_sqlite else None
        self._joined = Joined(self.transaction, savepoint) if self.is_sqlite else None

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return the database that the settings name, with as many connections as they allow."""
        return cls(config.database_url, config.database_pool_size, config.database_max_overflow)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction that may write; commit when the block ends, roll back when it raises."""
        if self._turn is None:
            with self.engine.begin() as connection:
                yield connection
            return
        began = 0.0
        with self._turn, self.engine.begin() as connection:
            # What it takes to undo one statement of several SQLite puts into a file of its own: two thirds of
            # all that a delivery wrote.
            execute_raw(connection, "PRAGMA temp_store = MEMORY")
            execute_raw(connection, "BEGIN IMMEDIATE")
            began = time.monotonic()
            yield connection
        self.longest_write_s = max(self.longest_write_s, time.monotonic() - began)

    def joined(self, work: Work) -> Any:
        """Return what `work(db)` returns, committed with what others do just now: see Joined.

        PostgreSQL joins the commits of transactions itself, so there each is a transaction of its own.
        """
        if self._joined is not None:
            return self._joined.do(work)
        with self.transaction() as db:
            return work(db)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a read: one consistent snapshot, never waiting for a writer, nothing to commit."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                execute_raw(connection, "PRAGMA temp_store = FILE")  # what a report sorts may be large
                execute_raw(connection, "BEGIN")
            yield connection

    def glance(self) -> AbstractContextManager[Connection]:
        """Open a read without a transaction: each statement sees what is committed by then."""
        if self.is_sqlite:
            return self.engine.connect()
        # Else the driver begins a transaction and ends it: two more round trips.
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def only_one(self, name: str) -> Iterator[Callable[[], bool]]:
        """Hold `name` against every other process; raises AlreadyRunning. A crash releases it.

        Gives a function that tells whether it is still held. SQLite: a lock on a file beside the database.
        PostgreSQL: an advisory lock of a connection, which ends with the connection.
        """
        if self.is_sqlite:
            with open(f"{self.engine.url.database}-{name}.lock", "w") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise AlreadyRunning(f"{name}: already running.") from error
                yield lambda: True
            return
        with self.engine.connect() as connection:
            # The server gives up a machine that does not answer after 20 seconds, by default after two hours.
            for setting, value in (("idle", 10), ("interval", 5), ("count", 2)):
                connection.exec_driver_sql(f"SET tcp_keepalives_{setting} = {value}")
            taken = text("SELECT pg_try_advisory_lock(:key)")
            if not connection.execute(taken, {"key": crc32(name.encode())}).scalar_one():
                raise AlreadyRunning(f"{name}: already running.")
            connection.commit()  # the lock is the connection's, not the transaction's
            holder = _backend(connection)
            try:
                yield lambda: _backend(connection) == holder
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": crc32(name.encode())})
                connection.commit()

    @contextmanager
    def watching(self) -> Iterator[Callable[[], object]]:
        """Give a function whose answer changes whenever another connection has committed; it costs little.

        SQLite: PRAGMA data_version. PostgreSQL: the number of the newest finished transaction.
        """
        if self.is_sqlite:
            # A connection of its own: the pool's would hold a transaction open, and see no change.
            own = sqlite3.connect(str(self.engine.url.database), isolation_level=None)
            try:
                yield lambda: own.execute("PRAGMA data_version").fetchone()[0]
            finally:
                own.close()
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield lambda: connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one()

    def shed_traces(self) -> None:
        """Take what was overwritten out of SQLite's write-ahead log too, as far as no reader needs it."""
        if self.is_sqlite:
            # A connection of its own: within a transaction, which the pool's open, nothing is moved.
            own = sqlite3.connect(str(self.engine.url.database), isolation_level=None)
            try:
                own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                own.close()

    def close(self) -> None:
        """Give all connections back to the operating system."""
        self.engine.dispose()


def make_engine(url: str, pool_size: int, max_overflow: int) -> Engine:
    """Make an engine with the pragmas every writer needs; the caller disposes of it."""
    # Errors are logged, and the parameters are what customers and stores said.
    options = {"pool_size": pool_size, "max_overflow": max_overflow, "hide_parameters": True}
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, **options)
    # The connection that was used last has the newest pages at hand; any other reads again what it wrote.
    engine = create_engine(url, pool_use_lifo=True, **options)
    event.listen(engine, "connect", _on_sqlite_connect)
    return engine


def is_unreachable(error: DBAPIError) -> bool:
    """Tell whether PostgreSQL did not answer: it is down or goes down, or the network to it is away."""
    if isinstance(error.orig, sqlite3.Error) or not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", None)  # None: nothing came from the server
    return state is None or state.startswith(("08", "57P"))


def _backend(connection: Connection) -> int | None:
    """Return which of the server's processes serves a connection; None where it was lost."""
    try:
        found: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        connection.commit()
    except OperationalError:
        connection.rollback()  # the next statement connects anew
        return None
    return found


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver must not open transactions of its own: its defaults oversold a stock under contention. Nor
    # does SQLAlchemy by a listener: one of an engine's makes each statement look for more.
    connection.isolation_level = None
    # First of all, so that the pragmas below wait for a lock too.
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # A delivery answered 200 must survive a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    # What is erased is overwritten; Debian's SQLite does so of itself, others do not.
    connection.execute("PRAGMA secure_delete = ON")


def database() -> Database:
    """Return the database of the running application."""
    found: Database = current_app.extensions["database"]
    return found


def transaction() -> Any:
    """`with transaction() as db:` inside a request: see Database.transaction."""
    return database().transaction()


def reading() -> Any:
    """`with reading() as db:` inside a request: see Database.reading."""
    return database().reading()


def lock(db: Connection, name: str) -> None:
    """Hold `name` for the rest of this transaction against every other transaction.

    SQLite: nothing to do, BEGIN IMMEDIATE already lets one writer in. PostgreSQL: an advisory lock.
    """
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": crc32(name.encode())})


def share(db: Connection, name: str) -> None:
    """Hold `name` beside others that share it, against every transaction that takes it by `lock`."""
    if db.dialect.name == "postgresql":
        db.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": crc32(name.encode())})


def upsert(db: Connection, table: Table, values: dict[str, Any], key: list[str]) -> None:
    """Insert `values`, or where a row with the same `key` columns exists, set the others on it."""
    make = sqlite.insert if db.dialect.name == "sqlite" else postgresql.insert
    statement = make(table).values(values)
    others = {name: statement.excluded[name] for name in values if name not in key}
    if others:
        db.execute(statement.on_conflict_do_update(index_elements=key, set_=others))
    else:
        db.execute(statement.on_conflict_do_nothing(index_elements=key))


def begins_with(db: Connection, column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Return the condition that a column begins so, in this case, which its index can answer."""
    if db.dialect.name == "postgresql":
        return column.startswith(text, autoescape=True)
    # SQLite's LIKE takes any case, so no index helps it.
    return (column >= text) & (column < f"{text}\U0010ffff")


def insert_row(db: Connection, table: Table, **values: Any) -> int:
    """Insert one row of these values, none of them an SQL expression, and return its id."""
    return _insertion(table, tuple(values)).insert(db, **values)


def update_row(db: Connection, table: Table, row_id: int, **values: Any) -> None:
    """Set these values, none of them an SQL expression, on the row with this id."""
    _update_by_id(table, tuple(values)).change(db, of_row=row_id, **values)


def next_id(db: Connection, table: Table) -> int:
    """Return the id of a row that is to be inserted later in this transaction; no other row gets it.

    Not for a table of SQLite's whose ids are never used again (AUTOINCREMENT).
    """
    return int(_next_id(table, db.dialect.name).first(db).id)


@cache
def _next_id(table: Table, dialect: str) -> Prepared:
    if dialect == "postgresql":
        return Prepared(select(func.nextval(func.pg_get_serial_sequence(table.name, "id")).label("id")))
    # BEGIN IMMEDIATE lets no other writer in.
    return Prepared(select((func.coalesce(func.max(table.c.id), 0) + 1).label("id")))


@cache
def _insertion(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table), columns)


@cache
def _update_by_id(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(update(table).where(table.c.id == bindparam("of_row")), columns)
