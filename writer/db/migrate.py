"""Bring the database to this version of the code: `python -m writer.db.migrate`.

All pending migrations run as one transaction under one lock, so that several starts at once apply them
once and a failed one leaves nothing behind. Foreign keys stay off while they run: SQLite's table rebuild
would delete the children of ON DELETE CASCADE; they are checked before the commit instead.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from writer import config
from writer.lib import clock

LOCK_TIMEOUT_S = 60
_POSTGRES_LOCK = 810_681_07


class NewerDatabase(Exception):
    """The database was made by a newer version of the code; the text says so in a sentence."""


class UnusableDatabase(Exception):
    """The database cannot be opened, is locked, or is none; the text says so in a sentence."""


class BeginsAnew(UnusableDatabase):
    """There are backups of a database that is not there; the text says what to do."""


def migrate(url: str, target: str = "head") -> str:
    """Apply what is pending up to `target`; return the revision the database has then.

    Raises NewerDatabase where the database knows a revision this code does not, and whatever a failed
    migration raised, with nothing of it left behind.
    """
    engine = _engine(url)
    try:
        with _locked(engine) as connection:
            _refuse_newer(connection)
            if engine.dialect.name == "sqlite":
                _save_earlier_service(connection, url)
            settings = _alembic(connection)
            command.upgrade(settings, target)
            if engine.dialect.name == "sqlite":
                _check_foreign_keys(connection)
            revision = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return revision or "nothing"


def is_behind(url: str) -> bool:
    """Tell whether migrations wait to be applied.

    Raises NewerDatabase where this code is too old for it, UnusableDatabase where it cannot be read.
    """
    if make_url(url).get_backend_name() == "sqlite":
        file = Path(str(make_url(url).database))
        refuse_leftover_wal(file)
        if not file.exists():
            return True
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            _refuse_newer(connection)
            current = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise UnusableDatabase(f"The database {shown(url)} cannot be used: {reason(error)}.") from error
    finally:
        engine.dispose()
    return current != script_directory().get_current_head()


def refuse_leftover_wal(file: Path) -> None:
    """Raise UnusableDatabase where SQLite would mix the last changes of a replaced database into this one.

    A backup is no database in WAL mode, so a -wal beside it is of the database that was there before.
    """
    wal = file.with_name(f"{file.name}-wal")
    if not file.exists() or not wal.exists() or wal.stat().st_size == 0:
        return
    with file.open("rb") as begun:
        is_in_wal_mode = begun.read(20)[18:20] == b"\2\2"
    if not is_in_wal_mode:
        raise UnusableDatabase(
            f"{wal.name} belongs to the database that {file.name} has replaced, and would be mixed into it:"
            f" delete {wal.name} and {file.name}-shm in {file.parent}, then start again."
        )


def refuse_to_begin_anew(url: str) -> None:
    """Raise BeginsAnew where the database is missing or empty, and there are backups of it."""
    file = Path(str(make_url(url).database))
    if make_url(url).get_backend_name() != "sqlite" or (file.exists() and file.stat().st_size > 0):
        return
    backups = sorted((file.parent / "backups").glob(f"{file.stem}-[0-9]*.db"))
    if backups:
        raise BeginsAnew(
            f"{file} is {'empty' if file.exists() else 'missing'}, but there are backups of it, the newest"
            f" {backups[-1].name}. Restore one as data/README.md says; to begin anew instead, move"
            f" {backups[-1].parent} away."
        )


def shown(url: str) -> str:
    """Return which database it is, without its password."""
    asked = make_url(url)
    return str(asked.database) if asked.get_backend_name() == "sqlite" else asked.render_as_string()


def reason(error: Exception) -> str:
    """Return why, in the database's own words: without statement, parameters and advice."""
    told = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    return told.splitlines()[0].rstrip(".") if told else type(error).__name__


def script_directory() -> ScriptDirectory:
    """Return the migrations this code knows."""
    return ScriptDirectory.from_config(_alembic(None))


def _alembic(connection: Connection | None) -> AlembicConfig:
    settings = AlembicConfig()
    # Alembic would take a % for the beginning of a name.
    location = str(Path(__file__).parent / "migrations").replace("%", "%%")
    settings.set_main_option("script_location", location)
    settings.attributes["connection"] = connection
    return settings


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url)
    path = make_url(url).database
    assert path is not None
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": LOCK_TIMEOUT_S})
    event.listen(engine, "connect", _on_connect)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = OFF")
    # A file that is not there yet, or was made by the earlier service, is switched to WAL for good.
    connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
            # A trigger that waits for the commit would let no later migration alter its table.
            connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        try:
            yield connection
        except BaseException:
            _end(connection, "ROLLBACK")
            raise
        _end(connection, "COMMIT")


def _end(connection: Connection, statement: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(statement)
    elif statement == "COMMIT":
        connection.commit()
    else:
        connection.rollback()


def _refuse_newer(connection: Connection) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in script_directory().walk_revisions()}
    if current is not None and current not in known:
        raise NewerDatabase(
            f"The database is at revision {current}, which this version does not know: it was made by a newer"
            " version of onerom-sales. Update the code, or restore a backup made before."
        )


def _save_earlier_service(connection: Connection, url: str) -> None:
    """Keep a copy of a database of the earlier service before its table is taken over."""
    tables = set(inspect(connection).get_table_names())
    if "sales" not in tables or "alembic_version" in tables:
        return
    file = Path(str(make_url(url).database))
    copy = file.parent / "backups" / f"{file.stem}-before-adoption-{clock.now():%Y%m%dT%H%M%SZ}.db"
    copy.parent.mkdir(exist_ok=True)
    # The write lock is ours; a second connection still reads, and VACUUM INTO only reads.
    reader = create_engine(url)
    try:
        with reader.connect() as source:
            raw = source.connection.dbapi_connection
            assert raw is not None
            raw.isolation_level = None
            source.exec_driver_sql("VACUUM INTO ?", (str(copy),))
    finally:
        reader.dispose()
    print(f"The database of the earlier service was copied to {copy} before it is taken over.")


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"a migration left rows that point nowhere, in table {broken[0][0]}")


def main() -> int:
    """Migrate the configured database; print what was done; exit status 1 with one sentence if not."""
    try:
        url = config.load().database_url
        refuse_leftover_wal(Path(str(make_url(url).database)))
        refuse_to_begin_anew(url)
        print(f"Database ready at revision {migrate(url)}.")
    except (config.ConfigError, NewerDatabase, UnusableDatabase) as error:
        print(error, file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(f"The database {shown(url)} could not be migrated: {reason(error)}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
