"""Two crons on one database: one leads, and when it is killed the other takes over."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.makers import make_environment
from writer.config import ROOT
from writer.db import AlreadyRunning, Database

pytestmark = pytest.mark.postgres

TAKEN_OVER_S = 30
START_S = 60
RUN = """
import sys
from pathlib import Path
from writer.ops import cron
cron.CRONTAB, cron.STATE = Path(sys.argv[1]) / "crontab", Path(sys.argv[1]) / "cron.json"
sys.exit(cron.main([]))
"""


class Cron:
    """A cron process on a machine of its own: a folder with its crontab, its state and its log."""

    def __init__(self, folder: Path, database_url: str) -> None:
        folder.mkdir()
        (folder / "crontab").write_text("0 0 1 1 * writer.commands.backup\n")
        self.log = folder / "log"
        environment = {**os.environ, **make_environment(DATABASE_URL=database_url)}
        with self.log.open("wb") as log:
            command = [sys.executable, "-c", RUN, str(folder)]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def says(self, words: str) -> bool:
        return words in self.log.read_text()


@pytest.fixture
def crons(tmp_path: Path, database_url: str) -> Iterator[list[Cron]]:
    made = [Cron(tmp_path / name, database_url) for name in ("one", "other")]
    yield made
    for cron in made:
        cron.process.kill()
        cron.process.wait()


def wait_until_one_leads(crons: list[Cron], within_s: float) -> Cron:
    until = time.monotonic() + within_s
    while True:
        for cron in crons:
            if cron.says("cron leads"):
                return cron
        assert time.monotonic() < until, [cron.log.read_text() for cron in crons]
        time.sleep(0.1)


def test_when_the_leader_is_killed_the_other_cron_takes_over(crons: list[Cron]) -> None:
    leader = wait_until_one_leads(crons, START_S)
    (other,) = (cron for cron in crons if cron is not leader)
    until = time.monotonic() + START_S
    while not other.says("cron stands by"):
        assert time.monotonic() < until, other.log.read_text()
        time.sleep(0.1)
    assert not other.says("cron leads")

    leader.process.kill()

    assert wait_until_one_leads([other], TAKEN_OVER_S) is other


def test_a_lock_whose_connection_the_server_ended_is_known_to_be_lost(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("a lock of a file has no connection")
    other = Database(database.url)
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"

    with database.only_one("work") as is_held:
        with pytest.raises(AlreadyRunning), other.only_one("work"):
            pass
        assert is_held()
        with other.transaction() as db:
            db.exec_driver_sql(f"{end} AND datname = current_database()")

        assert not is_held()
        assert not is_held()
        with other.only_one("work") as is_others:
            assert is_others()
    other.close()
