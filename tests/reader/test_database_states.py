"""What the reader does when its database is missing, replaced, locked, broken, or being migrated."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from reader.routes import UNREADABLE
from tests.reader.shell import connect, sell
from writer.db.migrate import migrate

pytestmark = pytest.mark.sqlite_only
MakeReader = Callable[..., FlaskClient]


@pytest.fixture
def file(database_url: str) -> Path:
    return Path(database_url.removeprefix("sqlite:///"))


@pytest.fixture
def writer(file: Path) -> Iterator[sqlite3.Connection]:
    """The writer's own connection, which holds the -wal and -shm files open."""
    with closing(connect(file)) as connection:
        yield connection


def total(reader: FlaskClient) -> int:
    answer = reader.get("/api/sales/total")
    assert answer.status_code == 200
    told: dict[str, int] = answer.get_json()
    return told["total"]


def is_stale(reader: FlaskClient) -> bool:
    answer = reader.get("/api/sales/total")
    stale = answer.headers.get("Warning") == '110 - "Response is stale"'
    assert stale == ("Age" in answer.headers) == (reader.get("/health").get_json()["status"] == "degraded")
    return stale


def test_a_database_made_later_is_read_as_soon_as_it_is_there(
    make_reader: MakeReader, tmp_path: Path
) -> None:
    late = tmp_path / "late.db"
    reader = make_reader(DATABASE_URL=f"sqlite:///{late}")
    assert total(reader) == 0
    late.touch()
    assert total(reader) == 0

    migrate(f"sqlite:///{late}")

    with closing(connect(late)) as writer:
        sell(writer, 5)
        assert total(reader) == 5


def test_the_writer_may_close_and_come_back(reader: FlaskClient, file: Path) -> None:
    for turn in range(1, 4):
        with closing(connect(file)) as writer:
            sell(writer, 1)
            assert total(reader) == turn
        assert total(reader) == turn
    assert not is_stale(reader)


def test_a_closed_writers_file_is_read_without_making_files_beside_it(
    reader: FlaskClient, file: Path
) -> None:
    with closing(connect(file)) as writer:
        sell(writer, 5)
    beside = {path.name for path in file.parent.glob("sales.db*")}
    assert beside == {"sales.db"}

    assert total(reader) == 5

    assert {path.name for path in file.parent.glob("sales.db*")} == beside


def test_what_a_killed_writer_committed_is_read_from_the_wal(make_reader: MakeReader, file: Path) -> None:
    writer = connect(file)
    sell(writer, 5)
    for suffix in ("", "-wal", "-shm"):  # as they stand after kill -9
        shutil.copy(f"{file}{suffix}", f"{file.parent}/killed.db{suffix}")
    writer.close()
    killed = file.parent / "killed.db"
    reader = make_reader(DATABASE_URL=f"sqlite:///{killed}")

    assert total(reader) == 5

    with closing(connect(killed)) as again:
        sell(again, 2)
        assert total(reader) == 7


@pytest.mark.parametrize("is_open", [True, False], ids=["writer up", "writer down"])
def test_a_restored_database_is_read_at_once(reader: FlaskClient, file: Path, is_open: bool) -> None:
    backup = file.parent / "backup.db"
    with closing(connect(file)) as writer:
        sell(writer, 5)
        writer.execute("VACUUM INTO ?", (str(backup),))
        sell(writer, 30)
        assert total(reader) == 35
    assert total(reader) == 35
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)

    os.replace(backup, file)

    if not is_open:
        assert total(reader) == 5
        return
    with closing(connect(file)) as writer:
        sell(writer, 1)
        assert total(reader) == 6


def test_a_backup_copied_over_the_file_is_read_at_once(reader: FlaskClient, file: Path) -> None:
    backup = file.parent / "backup.db"
    with closing(connect(file)) as writer:
        sell(writer, 5)
        writer.execute("VACUUM INTO ?", (str(backup),))
        sell(writer, 30)
    assert total(reader) == 35

    shutil.copyfile(backup, file)

    assert total(reader) == 5


def test_a_missing_database_leaves_the_last_answer_and_says_so(
    reader: FlaskClient, file: Path, writer: sqlite3.Connection
) -> None:
    sell(writer, 5)
    assert total(reader) == 5
    tag = reader.get("/api/sales/total").headers["ETag"]
    away = file.rename(file.parent / "away.db")

    assert total(reader) == 5
    assert is_stale(reader)
    assert reader.get("/api/sales/total", headers={"If-None-Match": tag}).status_code == 304
    never_asked = reader.get("/api/sales/history?by=month")
    assert never_asked.status_code == 503
    assert never_asked.headers["Retry-After"] == "2"

    away.rename(file)
    assert total(reader) == 5
    assert not is_stale(reader)


def test_what_was_hidden_since_is_not_repeated_from_the_last_answer(
    reader: FlaskClient, file: Path, writer: sqlite3.Connection
) -> None:
    sell(writer, 5)
    assert "Fire" in reader.get("/api/sales/by-type").text
    writer.execute("INSERT INTO public_hidden (model) VALUES ('Fire')")
    assert total(reader) == 0

    away = file.rename(file.parent / "away.db")

    assert reader.get("/api/sales/by-type").status_code == 503
    assert total(reader) == 0
    away.rename(file)


def test_a_locked_database_leaves_the_last_answer_and_says_so(reader: FlaskClient, file: Path) -> None:
    with closing(connect(file)) as writer:
        sell(writer, 5)
        assert total(reader) == 5
    reader.application.wsgi_app.source.close()  # type: ignore[attr-defined]
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("UPDATE sales SET quantity = 6")

        assert total(reader) == 5
        assert is_stale(reader)

        holder.execute("COMMIT")
    assert total(reader) == 6
    assert not is_stale(reader)


def test_a_file_that_is_no_database_leaves_the_last_answer_and_says_so(
    reader: FlaskClient, file: Path
) -> None:
    with closing(connect(file)) as writer:
        sell(writer, 5)
    assert total(reader) == 5
    good = file.read_bytes()

    file.write_bytes(b"not a database, by any means" * 1000)

    assert total(reader) == 5
    assert is_stale(reader)
    file.write_bytes(good)
    assert total(reader) == 5
    assert not is_stale(reader)


def test_a_damaged_table_leaves_the_last_answer_and_says_so(reader: FlaskClient, file: Path) -> None:
    with closing(connect(file)) as writer:
        sell(writer, 5)
        (page,) = writer.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sales_totals'").fetchone()
        (size,) = writer.execute("PRAGMA page_size").fetchone()
    assert total(reader) == 5
    good = file.read_bytes()

    file.write_bytes(good[: (page - 1) * size] + b"\xff" * size + good[page * size :])

    assert total(reader) == 5
    assert is_stale(reader)
    assert reader.get("/api/sales/by-type").status_code == 503
    file.write_bytes(good)
    assert total(reader) == 5
    assert not is_stale(reader)


def test_in_the_middle_of_a_migration_the_state_before_it_is_shown(
    reader: FlaskClient, writer: sqlite3.Connection
) -> None:
    sell(writer, 5)
    assert total(reader) == 5

    writer.execute("BEGIN IMMEDIATE")
    for view in ("public_dial", "public_types", "public_quarters", "public_days"):
        writer.execute(f"DROP VIEW {view}")
    assert total(reader) == 5
    assert not is_stale(reader)
    writer.execute("COMMIT")

    assert total(reader) == 5
    assert is_stale(reader)


def test_a_database_of_the_earlier_service_is_no_sales_yet(make_reader: MakeReader, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.db"
    with closing(sqlite3.connect(earlier)) as db:
        db.execute(
            "CREATE TABLE sales (id INTEGER PRIMARY KEY, model, variant, quantity, seller, date_added)"
        )
        db.execute("INSERT INTO sales VALUES (1, 'Fire', '24pin', 3, 'x', '2024-01-01 10:00:00')")
        db.commit()
    reader = make_reader(DATABASE_URL=f"sqlite:///{earlier}")
    assert total(reader) == 0

    migrate(f"sqlite:///{earlier}")

    assert total(reader) == 3


def test_what_was_never_readable_is_refused_with_how_to_mount_it(make_reader: MakeReader) -> None:
    reader = make_reader(DATABASE_URL="sqlite:////dev")

    for path in ("/api/sales/total", "/", "/health"):
        answer = reader.get(path)
        assert answer.status_code == 503
        assert answer.get_json(force=True)["detail"] == UNREADABLE
    assert reader.get("/style.css").status_code == 200
    assert reader.get("/nothing").status_code == 404
    assert reader.post("/api/sales/total").status_code == 405


def test_names_that_are_no_text_do_not_trouble(reader: FlaskClient, writer: sqlite3.Connection) -> None:
    writer.execute("INSERT INTO sales (model, variant) VALUES (x'ff00', CAST(x'fffe41' AS TEXT))")
    writer.execute("INSERT INTO sales (model, variant, quantity) VALUES ('Fire', '24pin', 2.5)")

    for path in ("/", "/api/sales/total", "/api/sales/by-type", "/api/sales/history", "/feed.xml"):
        assert reader.get(path).status_code == 200


def test_nothing_can_be_written_through_the_readers_connection(
    reader: FlaskClient, writer: sqlite3.Connection
) -> None:
    sell(writer, 5)
    assert total(reader) == 5
    connection = reader.application.wsgi_app.source.connection  # type: ignore[attr-defined]

    for statement in ("DELETE FROM sales", "CREATE TABLE mine (x)", "PRAGMA user_version = 5"):
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute(statement)
