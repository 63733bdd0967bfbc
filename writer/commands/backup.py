"""Copy the database while it is in use: `python -m writer.commands.backup`.

The copy goes to data/backups (beside the database file), is checked before it gets its name, and is kept
BACKUP_KEEP_DAYS days; copies with other names are left alone. How to restore one: data/README.md.
"""

import os
import re
import sqlite3
import sys
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.exc import SQLAlchemyError

from writer.commands import opened
from writer.config import Config
from writer.db import Database
from writer.lib import clock
from writer.people import Notice, notices

_NAME = re.compile(r"-\d{8}T\d{6}Z\.db(\.part)?")


class BackupFailed(Exception):
    """There is no new copy; the text says why in a sentence."""


def back_up(database: Path, keep_days: int) -> Path:
    """Copy `database` as it is at one moment; return the path of the copy, which was checked.

    Copies older than `keep_days` are gone afterwards, but never the newest. Raises BackupFailed, leaving
    the older copies as they were and nothing half-made.
    """
    if not database.exists():
        raise BackupFailed(f"There is no database to copy at {database}.")
    folder = database.parent / "backups"
    copy = folder / f"{database.stem}-{clock.now():%Y%m%dT%H%M%SZ}.db"
    part = copy.with_suffix(".db.part")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _copy(database, part)
        _check(part)
        part.rename(copy)
        _flush(folder)
    except (sqlite3.Error, OSError) as error:
        raise BackupFailed(f"The database could not be copied to {folder}: {error}.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    _drop_old(folder, database.stem, keep_days, copy)
    return copy


def _copy(database: Path, part: Path) -> None:
    # Reading alone: a copy never waits for a writer, nor a writer for it, whatever the size.
    with closing(sqlite3.connect(_uri(database), uri=True, timeout=30)) as source:
        source.execute("VACUUM INTO ?", (str(part),))
    part.chmod(0o600)  # names and e-mail addresses of customers
    _flush(part)


def _check(part: Path) -> None:
    with closing(sqlite3.connect(_uri(part), uri=True)) as copy:
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise BackupFailed(f"The copy was damaged and is not kept: {found}.")


def _uri(path: Path) -> str:
    return f"file:{quote(str(path))}?mode=ro"


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop_old(folder: Path, stem: str, keep_days: int, newest: Path) -> None:
    oldest = f"{stem}-{clock.now() - timedelta(days=keep_days):%Y%m%dT%H%M%SZ}"
    for path in folder.glob(f"{stem}-*"):
        # The names sort as the times they hold.
        if _NAME.fullmatch(path.name.removeprefix(stem)) and path.name < oldest and path != newest:
            path.unlink()


def _notify(database: Database, failure: str | None) -> None:
    """Show a failure on the notices page until a backup succeeds again."""
    # With the disk full this fails too: the exit status and the log still tell.
    with suppress(SQLAlchemyError), database.transaction() as db:
        if failure is None:
            notices.close(db, Notice.BACKUP)
        else:
            notices.open_(db, Notice.BACKUP, failure)


def main() -> int:
    """Back up the configured database; print where the copy is, or one sentence and exit status 1."""
    return opened.run(_back_up)


def _back_up(config: Config, database: Database) -> int:
    if not database.is_sqlite:
        print("The database is on PostgreSQL: back it up there, with pg_dump (see data/README.md).")
        return 0
    try:
        print(f"Copied to {back_up(Path(str(database.engine.url.database)), config.backup_keep_days)}.")
    except BackupFailed as error:
        print(error, file=sys.stderr)
        _notify(database, str(error))
        return 1
    _notify(database, None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
