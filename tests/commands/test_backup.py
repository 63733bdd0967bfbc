"""A backup is a whole, checked copy, made while the database is in use, and can be put back."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from tests.makers import make_environment
from writer import config
from writer.commands import backup
from writer.db import Database
from writer.db.schema.ledger import sales
from writer.db.schema.notices import notices
from writer.lib import clock

pytestmark = [pytest.mark.sqlite_only, pytest.mark.postgres]


@pytest.fixture
def file(database: Database) -> Path:
    """The path of this test's database, with one sale in it."""
    add_sale(database)
    return Path(database.url.removeprefix("sqlite:///"))


def add_sale(database: Database) -> None:
    with database.transaction() as db:
        db.execute(insert(sales).values(model="Fire", variant="28pin", quantity=2))


def count_sales(path: Path) -> int:
    with closing(sqlite3.connect(path)) as copy:
        return int(copy.execute("SELECT count(*) FROM sales").fetchone()[0])


def open_notices(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(notices.c.kind).where(notices.c.closed_at.is_(None))))


def fail_halfway(_database: Path, part: Path) -> None:
    part.write_bytes(b"half")
    raise sqlite3.OperationalError("database or disk is full")


def run_main(monkeypatch: pytest.MonkeyPatch, url: str) -> int:
    environment = make_environment(DATABASE_URL=url)
    monkeypatch.setattr(config, "environment", lambda: environment)
    return backup.main()


def test_a_copy_holds_what_was_committed_and_only_its_owner_can_read_it(file: Path) -> None:
    copy = backup.back_up(file, 14)

    assert copy.parent == file.parent / "backups"
    assert count_sales(copy) == 1
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_copy_is_made_while_a_writer_is_in_the_middle_of_a_transaction(
    file: Path, database: Database
) -> None:
    with database.transaction() as db:
        db.execute(insert(sales).values(model="Fire", variant="24pin", quantity=1))

        copy = backup.back_up(file, 14)

    assert count_sales(copy) == 1
    assert count_sales(file) == 2


def test_writers_go_on_while_copies_are_made(file: Path, database: Database) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            add_sale(database)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counted = [count_sales(backup.back_up(file, 14)) for _ in range(5)]
    finally:
        stop.set()
        writer.join()

    assert counted == sorted(counted)
    assert count_sales(file) >= counted[-1]


def test_old_copies_go_and_others_stay(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = file.parent / "backups"
    folder.mkdir()
    names = [
        "sales-20260101T031700Z.db",
        "sales-20260214T031700Z.db",
        "sales-20260101T031700Z.db.part",
        "sales-before-adoption-20260101T031700Z.db",
        "mine.db",
    ]
    for name in names:
        (folder / name).touch()
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 2, 15, 3, 17, tzinfo=UTC))

    backup.back_up(file, 14)

    assert sorted(path.name for path in folder.iterdir()) == [
        "mine.db",
        "sales-20260214T031700Z.db",
        "sales-20260215T031700Z.db",
        "sales-before-adoption-20260101T031700Z.db",
    ]


def test_a_full_disk_leaves_nothing_half_made_and_the_older_copies(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = backup.back_up(file, 14)
    monkeypatch.setattr(backup, "_copy", fail_halfway)

    with pytest.raises(backup.BackupFailed, match=r"could not be copied to .*disk is full"):
        backup.back_up(file, 14)

    assert list(first.parent.iterdir()) == [first]


def test_a_copy_that_fails_its_check_is_not_kept(file: Path) -> None:
    page = 4096
    with closing(sqlite3.connect(file)) as source:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    broken = file.parent / "broken.db"
    data = bytearray(file.read_bytes())
    data[5 * page : 5 * page + 200] = b"\xff" * 200
    broken.write_bytes(data)

    with pytest.raises(backup.BackupFailed):
        backup.back_up(broken, 14)

    assert list((file.parent / "backups").iterdir()) == []


def test_a_missing_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(backup.BackupFailed, match="no database to copy"):
        backup.back_up(tmp_path / "none.db", 14)


def test_a_failure_is_shown_as_a_notice_until_a_backup_succeeds(
    file: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file.parent / "backups").touch()  # a file where the folder should be

    assert run_main(monkeypatch, database.url) == 1

    assert open_notices(database) == ["backup"]
    (file.parent / "backups").unlink()
    assert run_main(monkeypatch, database.url) == 0
    assert open_notices(database) == []


def test_a_copy_put_back_is_the_database_again(file: Path, database: Database) -> None:
    copy = backup.back_up(file, 14)
    add_sale(database)
    database.close()

    for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        path.unlink(missing_ok=True)
    file.write_bytes(copy.read_bytes())

    restored = Database(f"sqlite:///{file}")
    with restored.transaction() as db:
        db.execute(insert(sales).values(model="Ice", variant="24pin", quantity=1))
        assert [row.model for row in db.execute(select(sales.c.model).order_by(sales.c.id))] == [
            "Fire",
            "Ice",
        ]
    restored.close()


def test_postgresql_is_left_to_its_own_tools(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, "postgresql+psycopg://somebody@localhost/sales") == 0

    assert "pg_dump" in capsys.readouterr().out
