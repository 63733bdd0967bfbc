"""A delivery answered 200 is in the ledger, once, whatever happens to the writer or to its disk."""

import os
import random
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.ops.writers import Writer, deliver_all, ledger, running, total
from writer.db import Database
from writer.db.migrate import migrate

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]

DELIVERIES = 2000
KILLS = 8


@pytest.fixture
def writer(database_url: str, tmp_path: Path) -> Iterator[Writer]:
    with running(database_url, tmp_path / "log") as started:
        yield started


class Killer:
    """Kills the writer so many times while deliveries are answered, each time somewhere within one."""

    def __init__(self, writer: Writer, deliveries: int, kills: int) -> None:
        self.writer = writer
        self.planned = kills
        self.at_most = deliveries // kills - 20  # answers between two kills
        self.kills = 0
        self._answered = threading.Semaphore(0)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def note(self, status: int) -> None:
        if status == 200:
            self._answered.release()

    def _run(self) -> None:
        for _ in range(self.planned):
            for _ in range(random.randint(50, self.at_most)):
                while not self._answered.acquire(timeout=0.1):
                    if self._ended.is_set():
                        return
            time.sleep(random.uniform(0, 0.01))
            self.writer.kill()
            self.kills += 1
            self.writer.start()

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def test_nothing_answered_is_lost_or_counted_twice_when_the_writer_is_killed(
    writer: Writer, database_url: str
) -> None:
    with Killer(writer, DELIVERIES, KILLS) as killer:
        answers = deliver_all(writer.port, range(1, DELIVERIES + 1), 8, 200, killer.note)

    statuses = [status for each in answers.values() for status in each]
    assert [each[-1] for each in answers.values()] == [200] * DELIVERIES
    assert set(statuses) <= {0, 200}
    assert statuses.count(0) > 0
    assert killer.kills == KILLS
    assert ledger(database_url) == dict.fromkeys(range(1, DELIVERIES + 1), (1, 2))
    assert total(database_url) == 4000


def test_w13_a_killed_writer_loses_no_answered_delivery_that_is_never_sent_again(
    writer: Writer, database_url: str
) -> None:
    with Killer(writer, 300, 2) as killer:
        answers = deliver_all(writer.port, range(1, 301), 8, 1, killer.note)

    answered = {number for number, each in answers.items() if each == [200]}
    found = ledger(database_url)
    assert killer.kills > 0
    assert answered <= found.keys()
    assert set(found.values()) == {(1, 2)}
    assert total(database_url) == 2 * len(found)


def test_commits_are_flushed_to_the_disk(database: Database) -> None:
    with database.transaction() as db:
        assert db.execute(text("PRAGMA synchronous")).scalar_one() == 2  # FULL
        assert db.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"


def test_a_database_locked_for_three_seconds_delays_deliveries_and_loses_none(
    writer: Writer, database_url: str
) -> None:
    deliver_all(writer.port, [1], 1, 1, lambda status: None)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answers: dict[int, list[int]] = {}

        def deliver() -> None:
            answers.update(deliver_all(writer.port, range(2, 42), 8, 1, lambda status: None))

        senders = threading.Thread(target=deliver)
        senders.start()
        time.sleep(3)
        assert ledger(database_url) == {1: (1, 2)}
        other.execute("COMMIT")
        senders.join()

    answered = {number for number, each in answers.items() if each == [200]}
    assert {each[0] for each in answers.values()} <= {200, 503}
    assert len(answered) > 30
    assert ledger(database_url) == dict.fromkeys({1, *answered}, (1, 2))
    assert writer.status("/health") == 200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a small disk can only be mounted by root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_refuses_deliveries_whole_and_takes_them_again_when_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{small_disk}/sales.db"
    migrate(url)
    with running(url, tmp_path / "log") as writer:
        taken = deliver_all(writer.port, range(1, 101), 8, 1, lambda status: None)
        assert [each for each in taken.values() if each != [200]] == []
        ballast = small_disk / "ballast"
        fill(ballast)

        refused = deliver_all(writer.port, range(101, 1101), 8, 1, lambda status: None)

        statuses = {each[0] for each in refused.values()}
        assert max(statuses) == 503
        assert statuses <= {200, 503}
        kept = {number for number, each in {**taken, **refused}.items() if each == [200]}
        assert ledger(url) == dict.fromkeys(kept, (1, 2))
        assert total(url) == 2 * len(kept)

        ballast.unlink()
        again = deliver_all(writer.port, sorted(set(refused) - kept)[:50], 8, 1, lambda status: None)

        assert [each for each in again.values() if each != [200]] == []
        assert writer.status("/health") == 200
        assert ledger(url) == dict.fromkeys(kept | set(again), (1, 2))


def fill(file: Path) -> None:
    """Leave no room on the disk that `file` is on."""
    with file.open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"x" * 4096)
        except OSError:
            return
