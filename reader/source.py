"""Reading the database: one read-only connection for each thread, and whether anything changed since."""

import mmap
import os
import sqlite3
import threading
import time
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import quote

from reader.settings import Settings


class Unreadable(Exception):
    """The database cannot be read just now; the text is the database's, for the log."""


class NotThere(Unreadable):
    """There is no database, or it was not migrated yet."""


class Source(threading.local):
    """One thread's read-only connection, and the last state it saw."""

    maps: ClassVar[dict[tuple[int, int], mmap.mmap]] = {}
    mapping = threading.Lock()

    def __init__(self, settings: Settings) -> None:
        self.path, self.is_sqlite = settings.database, settings.is_sqlite
        self.connection: Any = None
        self.file: tuple[int, ...] = ()
        self.index: mmap.mmap | None = None  # None: there is no -wal file
        self.seen: tuple[Any, ...] = ()
        self.token: tuple[Any, ...] = ()
        self.trouble, self.rest_until = "", 0.0
        self.errors: tuple[type[Exception], ...] = (sqlite3.Error, OSError, ValueError)
        if not self.is_sqlite:
            import psycopg  # installed only if PostgreSQL is used

            self.connect, self.errors = psycopg.connect, (psycopg.Error, OSError)

    def look(self) -> tuple[Any, ...]:
        """Return the token of the present state: rounding, cutoff and more; equal tokens, equal answers.

        It changes with each quarter hour too, because delays end and days begin then. SQLite is queried only
        after another process's commit, which the header of its -shm file shows; PostgreSQL each time.
        """
        now = time.time()
        quarter = int(now) // 900
        try:
            if self.is_sqlite:
                stat = os.stat(self.path)
                file = (stat.st_dev, stat.st_ino, stat.st_mtime_ns)
                if self.connection is None or file != self.file or (self.index is None and self._has_wal()):
                    self._open_file(file)
                seen = (self.index and self.index[:48], quarter)
                if seen == self.seen:
                    return self.token
                self.seen = seen
            elif self.connection is None:
                self._open_server(now)
            query = "SELECT rounding, cutoff, setting, version, changed_at FROM public_dial"
            dial = self.connection.execute(query).fetchone()
            if dial is None:
                raise OSError("public_state has no row")
            self.token = (*dial, quarter, self.file)
            return self.token
        except self.errors as error:
            if now >= self.rest_until:  # so that answers continue while the server or the network hangs
                self.trouble, self.rest_until = str(error), time.time() + 5 * (time.time() - now)
            raise self._refused(error) from error

    def ask(self, query: str, *values: object) -> list[Any]:
        """Run a query and return all rows; parameters are written `?`."""
        try:
            if self.connection is None:
                raise OSError("closed after an error")
            sql = query if self.is_sqlite else query.replace("?", "%s")
            return list(self.connection.execute(sql, values).fetchall())
        except self.errors as error:
            raise self._refused(error) from error

    def is_cut_off(self) -> bool:
        """Tell whether this is a standby of PostgreSQL that receives nothing from its primary."""
        query = "SELECT pg_is_in_recovery() AND NOT EXISTS (SELECT FROM pg_stat_wal_receiver)"
        return not self.is_sqlite and bool(self.ask(query)[0][0])

    def close(self) -> None:
        """Close the connection; the next look opens another."""
        connection, self.connection, self.seen = self.connection, None, ()
        if connection is not None:
            with suppress(*self.errors):
                connection.close()

    def _refused(self, error: Exception) -> Exception:
        self.close()
        is_empty = "no such table" in str(error) or getattr(error, "sqlstate", "") == "42P01"
        is_gone = self.is_sqlite and not os.path.exists(self.path)
        return (NotThere if is_empty or is_gone else Unreadable)(str(error))

    def _open_file(self, file: tuple[int, ...]) -> None:
        """Open the present file: after a rename, connections stay on the old one."""
        self.close()
        # Without a -wal the writer is closed, and reading must not create one: without the
        # right to write it fails, and with it the file would be ours and lock the writer out.
        self.index = self._map_index() if self._has_wal() else None
        address = f"file:{quote(self.path)}?mode=ro{'' if self.index else '&immutable=1'}"
        self.connection = sqlite3.connect(address, uri=True, timeout=0.1, isolation_level=None)
        self.connection.text_factory = lambda text: text.decode(errors="replace")
        self.file = file

    def _has_wal(self) -> bool:
        return os.path.exists(f"{self.path}-wal")

    def _map_index(self) -> mmap.mmap:
        """Map the header that SQLite compares to notice a commit (sqlite.org/walformat.html, 2.2).

        Never closed: closing any descriptor of a file releases all locks of this process on it, SQLite's too.
        """
        path = f"{self.path}-shm"
        stat = os.stat(path)
        with self.mapping:
            key = (stat.st_dev, stat.st_ino)
            if key not in self.maps:
                self.maps[key] = mmap.mmap(os.open(path, os.O_RDONLY), 48, prot=mmap.PROT_READ)
            return self.maps[key]

    def _open_server(self, now: float) -> None:
        if now < self.rest_until:
            raise OSError(self.trouble)
        # Compiling such a query takes seconds, running it milliseconds.
        limits = "-c statement_timeout=5s -c lock_timeout=200ms -c jit=off"
        told: Any = {"options": f"-c default_transaction_read_only=on {limits}", "tcp_user_timeout": 2000}
        self.connection = self.connect(self.path, autocommit=True, connect_timeout=2, **told)
        self.connection.prepare_threshold = 0
