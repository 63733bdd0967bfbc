"""The reader as another user than the writer, on a folder it cannot write."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from reader.routes import UNREADABLE
from tests.bench.servers import ROOT
from tests.reader.shell import connect, sell

USER = 10000
# Answers each line of its input, a path, with status and JSON of that path. Python and the packages may lie
# where the other user cannot look, so all are loaded before root becomes that user; the database is not.
PROGRAM = """
import json, os, sys
from reader.app import create_app
from reader.settings import load
create_app(load({"DATABASE_URL": "sqlite:///none"})).test_client().get("/health")
client = create_app(load({"DATABASE_URL": sys.argv[1]})).test_client()
user = int(sys.argv[2])
os.setgroups([]), os.setgid(user), os.setuid(user)
print("ready", flush=True)
for line in sys.stdin:
    answer = client.get(line.strip())
    print(json.dumps([answer.status_code, answer.get_json(force=True)]), flush=True)
"""


pytestmark = [
    pytest.mark.sqlite_only,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can start the reader as another user"),
    pytest.mark.slow,
]


class Stranger:
    """A reader that runs as USER."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def get(self, path: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def total(self) -> int:
        status, told = self.get("/api/sales/total")
        assert status == 200, told
        return int(told["total"])


@contextmanager
def reader_as_other_user(file: Path) -> Iterator[Stranger]:
    command = [sys.executable, "-c", PROGRAM, f"sqlite:///{file}", str(USER)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Stranger(process)
        process.communicate(timeout=20)


@pytest.fixture
def file(template: str) -> Iterator[Path]:
    """A migrated database of root's, in a folder that others can look into and not write."""
    folder = Path(tempfile.mkdtemp(prefix="onerom-other-user-"))
    folder.chmod(0o755)
    shutil.copy(template, folder / "sales.db")
    (folder / "sales.db").chmod(0o644)
    yield folder / "sales.db"
    shutil.rmtree(folder)


def test_it_reads_while_the_writer_is_up_down_and_up_again(file: Path) -> None:
    with reader_as_other_user(file) as stranger:
        assert stranger.total() == 0
        for turn in range(3):
            with closing(connect(file)) as connection:
                sell(connection, 5)
                assert stranger.total() == 10 * turn + 5
                sell(connection, 5)
            assert stranger.total() == 10 * turn + 10
        assert stranger.get("/health") == [200, {"status": "ok"}]


def test_it_reads_what_a_killed_writer_committed(file: Path) -> None:
    kill_itself = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute(\"INSERT INTO sales (model, variant, quantity) VALUES ('Fire', '24pin', 5)\");"
        "c.commit(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", kill_itself, str(file)], check=False)
    assert Path(f"{file}-wal").stat().st_size > 0

    with reader_as_other_user(file) as stranger:
        assert stranger.total() == 5
        with closing(connect(file)) as connection:
            sell(connection, 2)
            assert stranger.total() == 7


def test_the_writer_never_finds_a_file_of_the_readers(file: Path) -> None:
    file.parent.chmod(0o777)  # even where it could make one
    with reader_as_other_user(file) as stranger:
        assert stranger.total() == 0
        assert [path.name for path in file.parent.iterdir()] == ["sales.db"]

        with closing(connect(file)) as connection:
            sell(connection, 5)
            assert stranger.total() == 5
            assert {path.stat().st_uid for path in file.parent.iterdir()} == {0}


def test_it_refuses_with_the_sentence_that_says_how_to_mount(file: Path) -> None:
    file.chmod(0o600)

    with reader_as_other_user(file) as stranger:
        status, told = stranger.get("/api/sales/total")

        assert (status, told["detail"]) == (503, UNREADABLE)
        file.chmod(0o644)
        assert stranger.total() == 0
