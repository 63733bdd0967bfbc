"""restart.sh, for real: what it sets up, what it refuses, and what it never disturbs."""

import os
import pty
import re
import shutil
import signal
import socket
import sqlite3
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.ops.copies import Copy, project
from tests.ports import free_port
from writer.ops.processes import children

POSTGRES = "postgresql+psycopg://"
pytestmark = [pytest.mark.sqlite_only, pytest.mark.xdist_group("restart"), pytest.mark.slow]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy that was set up and runs; a test leaves it running."""
    with project(tmp_path_factory.mktemp("ops") / "a folder with 100% spaces") as made:
        first = made.run()
        assert first.returncode == 0, first.stderr
        (made.folder / "first").write_text(first.stdout)
        yield made


def written(copy: Copy) -> dict[str, str]:
    lines = (copy.folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if re.match("[A-Z_]+=", line))


def test_the_first_start_says_where_everything_is(copy: Copy) -> None:
    said = (copy.folder / "first").read_text()

    assert f"http://127.0.0.1:{copy.environment['READER_PORT']}/" in said
    assert f"http://127.0.0.1:{copy.environment['WRITER_PORT']}/" in said
    assert "Sign in as         admin" in said
    assert "/api/woocommerce/webhook" in said
    assert "WEBHOOK_SHARED_SECRET in .env" in said


def test_the_first_start_makes_secrets_that_only_the_owner_can_read(copy: Copy) -> None:
    secrets = [
        written(copy)[name] for name in ("SECRET_KEY", "WEBHOOK_SHARED_SECRET", "CONFIG_ENCRYPTION_KEY")
    ]

    assert [len(secret) for secret in secrets] == [44, 44, 44]
    assert len(set(secrets)) == 3
    assert stat.S_IMODE((copy.folder / ".env").stat().st_mode) == 0o600
    said = (copy.folder / "first").read_text()
    assert not any(secret in said for secret in secrets)


def test_both_services_answer_and_status_says_so(copy: Copy) -> None:
    assert copy.answers("reader")
    assert copy.answers("writer")
    status = copy.run("status")
    assert f"reader runs: process {copy.pid('reader')}" in status.stdout
    assert f"worker runs: process {copy.pid('worker')}" in status.stdout
    assert "cron is not started, because RUN_CRON is 0" in status.stdout
    assert status.returncode == 0
    assert copy.run("status", RUN_CRON="1").returncode == 1


def test_a_restart_refuses_nobody_and_keeps_env(copy: Copy) -> None:
    before = (copy.folder / ".env").read_bytes()
    failed: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                urllib.request.urlopen(copy.url("writer"), timeout=20).close()
            except OSError as error:
                failed.append(str(error))

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    results = [copy.run().returncode for _ in range(2)]
    done.set()
    for client in clients:
        client.join()

    assert results == [0, 0]
    assert failed == []
    assert (copy.folder / ".env").read_bytes() == before


def test_a_restart_takes_up_changed_code(copy: Copy) -> None:
    health = copy.folder / "writer" / "ops" / "health.py"
    health.write_text(health.read_text().replace('status="ok"', 'status="ok", changed=True'))

    copy.run()

    assert b"changed" in urllib.request.urlopen(copy.url("writer"), timeout=10).read()


def test_a_changed_setting_starts_the_services_anew(copy: Copy) -> None:
    before = copy.pid("writer")

    result = copy.run(DEFAULT_SELLER="somebody else")

    assert result.returncode == 0
    assert copy.pid("writer") != before
    assert copy.answers("writer")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"WRITER_PORT": "eighty"}, "WRITER_PORT must be a whole number from 1 to 65535."),
        ({"READER_BIND": "300.1.1.1"}, "READER_BIND is no address of this machine: 300.1.1.1."),
        ({"READER_BIND": "192.0.2.1"}, "READER_BIND is no address of this machine: 192.0.2.1."),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short: use at least 16 characters."),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with sqlite:/// or postgresql+psycopg://."),
        ({"ADMIN_USER": "ada"}, "ADMIN_USER and ADMIN_PASSWORD must be set together, or neither."),
        ({"ADMIN_USER": "a b", "ADMIN_PASSWORD": "long enough a word"}, "ADMIN_USER cannot be used."),
        ({"CORS_ORIGINS": "example"}, "CORS_ORIGINS"),
        ({"ORDER_RETENTION_DAYS": "-3"}, "ORDER_RETENTION_DAYS must be a whole number from 1 to 36500."),
        ({"TRUSTED_PROXIES": "all"}, "TRUSTED_PROXIES must be a whole number from 0 to 10."),
        ({"SITES": "[{]"}, "SITES must be a JSON list"),
        ({"WC_STORE_URL": "http://[", "WC_CONSUMER_KEY": "k", "WC_CONSUMER_SECRET": "s"}, "WC_STORE_URL"),
        ({"SYNC_INTERVAL": "0"}, "SYNC_INTERVAL must be a whole number from 1 to 100000."),
        ({"NOTIFY_URL": "ftp://x"}, "NOTIFY_URL must be an address"),
        ({"AIRTABLE_TABLES_JSON": "{"}, "AIRTABLE_API_KEY is not set"),
        ({"READER_WORKERS": "0"}, "READER_WORKERS must be a whole number from 1 to 99."),
        ({"DATABASE_URL": f"{POSTGRES}u:p@ss:w0rd@127.0.0.1/x"}, "DATABASE_URL cannot be read"),
        (
            {"DATABASE_URL": f"{POSTGRES}u:w0rd@127.0.0.1:1/x"},
            f"The database {POSTGRES}u:***@127.0.0.1:1/x cannot be used: connection failed",
        ),
        ({"DATABASE_URL": "sqlite:///run"}, "/run cannot be used: unable to open database file."),
        ({"DATABASE_URL": "sqlite:///restart.sh"}, "/restart.sh cannot be used: file is not a database."),
    ],
)
def test_an_unusable_setting_stops_the_start_by_name_and_nothing_else(
    copy: Copy, settings: dict[str, str], sentence: str
) -> None:
    before = copy.pid("writer"), copy.pid("reader")

    result = copy.run(**settings)

    assert result.returncode == 1
    assert sentence in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "w0rd" not in result.stderr
    assert (copy.pid("writer"), copy.pid("reader")) == before
    assert copy.answers("writer")


def test_an_unusable_setting_of_a_room_stops_the_first_start_too(tmp_path: Path) -> None:
    with project(tmp_path / "new", TRUSTED_PROXIES="all") as new:
        result = new.run()

        assert result.returncode == 1
        assert result.stderr == "TRUSTED_PROXIES must be a whole number from 0 to 10.\n"
        assert not (new.folder / "data" / "sales.db").exists()


def test_code_that_cannot_be_loaded_stops_nothing(copy: Copy) -> None:
    broken = copy.folder / "writer" / "ops" / "health.py"
    whole = broken.read_text()
    broken.write_text(f"{whole}\nthis is no python\n")

    result = copy.run()

    broken.write_text(whole)
    assert result.returncode == 1
    assert "SyntaxError" in result.stderr
    assert copy.answers("writer")


def test_a_newer_database_stops_nothing(copy: Copy) -> None:
    file = copy.folder / "data" / "sales.db"
    revision = set_revision(file, "9999")

    result = copy.run()

    set_revision(file, revision)
    assert result.returncode == 1
    assert "made by a newer version" in result.stderr
    assert copy.answers("writer")


def set_revision(file: Path, revision: str) -> str:
    """Let the database be at a revision; return the one it was at."""
    with closing(sqlite3.connect(file)) as database, database:
        before = database.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    return str(before)


def test_a_port_of_another_program_is_named(copy: Copy, tmp_path: Path) -> None:
    taken = copy.environment["READER_PORT"]
    with project(tmp_path / "other", READER_PORT=taken) as other:
        result = other.run()

    assert result.returncode == 1
    assert f"Port {taken} is in use by another program: end it, or set READER_PORT." in result.stderr


def test_two_copies_leave_each_other_alone(copy: Copy, tmp_path: Path) -> None:
    with project(tmp_path / "other") as other:
        assert other.run().returncode == 0
        assert other.answers("writer")
        assert other.run("stop").stdout == "Stopped: reader, writer, worker.\n"
        assert not other.answers("writer")
        assert other.run("stop").stdout == "Nothing ran.\n"

    assert copy.answers("writer")
    assert copy.answers("reader")


def test_a_stale_pid_file_never_hits_a_stranger(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "600"])
    with project(tmp_path / "copy") as made:
        (made.folder / "run").mkdir()
        (made.folder / "run" / "writer.pid").write_text(str(stranger.pid))

        made.run("stop")

    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_two_starts_at_once_both_succeed(copy: Copy) -> None:
    command = [str(copy.folder / "restart.sh")]

    starts = [subprocess.Popen(command, env=copy.environment, stdout=subprocess.DEVNULL) for _ in range(2)]

    assert [start.wait(timeout=120) for start in starts] == [0, 0]
    assert copy.answers("writer")


def test_a_missing_secret_is_added_and_nothing_else_changed(tmp_path: Path) -> None:
    with project(tmp_path / "copy", SECRET_KEY="from the environment") as made:
        (made.folder / ".env").write_text(
            "# mine\nWEBHOOK_SHARED_SECRET=chosen by somebody\nCONFIG_ENCRYPTION_KEY=\n"
        )

        result = made.run(WRITER_PORT="0")  # stops after the settings

        text = (made.folder / ".env").read_text()
    assert "WRITER_PORT" in result.stderr
    assert re.fullmatch(
        "# mine\nWEBHOOK_SHARED_SECRET=chosen by somebody\nCONFIG_ENCRYPTION_KEY=.{43}=\n", text
    )
    assert result.stdout == "Wrote a new CONFIG_ENCRYPTION_KEY into .env.\n"


def test_settings_saved_by_an_editor_of_windows_are_completed_and_read(tmp_path: Path) -> None:
    with project(tmp_path / "copy") as made:
        example = (
            (made.folder / ".env.example").read_text().replace("TRUSTED_PROXIES=0", "TRUSTED_PROXIES='${X}'")
        )
        (made.folder / ".env").write_bytes(b"\xef\xbb\xbf" + example.replace("\n", "\r\n").encode())

        first, second = made.run(X="1"), made.run(X="1")

    assert first.stdout.count("Wrote a new ") == 3
    assert (second.stdout, second.stderr) == ("", "TRUSTED_PROXIES must be a whole number from 0 to 10.\n")


@pytest.mark.parametrize("word", ["stop", "status"])
@pytest.mark.parametrize(
    ("half_made", "sentence"),
    [
        (False, "Nothing runs: this copy was never started.\n"),
        (True, "Nothing runs: setting this copy up has failed so far. Run ./restart.sh to go on.\n"),
    ],
)
def test_a_copy_that_was_not_set_up_says_so(
    tmp_path: Path, word: str, half_made: bool, sentence: str
) -> None:
    with project(tmp_path / "copy") as made:
        venv = made.folder / ".venv"
        shutil.rmtree(venv)
        if half_made:
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)

        result = made.run(word)

    assert (result.returncode, result.stdout, result.stderr) == (int(word == "status"), sentence, "")


def test_packages_that_cannot_be_downloaded_are_one_sentence(tmp_path: Path) -> None:
    with project(tmp_path / "copy") as made:
        python, wanted = made.folder / ".venv/bin/python", made.folder / "requirements.txt"
        subprocess.run([python, "-m", "ensurepip"], check=True, capture_output=True)
        whole = wanted.read_text()
        wanted.write_text(f"not-there-yet==1.0 --hash=sha256:{'0' * 64}\n")
        proxy = f"http://127.0.0.1:{free_port()}"

        result = made.run(https_proxy=proxy, PIP_INDEX_URL="https://pypi.example/simple")

        wanted.write_text(whole)
    assert result.returncode == 1
    assert result.stderr.startswith("restart.sh: The packages could not be downloaded: connect this machine")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can step down")
def test_root_in_the_folder_of_somebody_else_works_as_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    with project(folder) as made:
        python = folder / ".venv/bin/python"
        whole = python.readlink()
        python.unlink()
        python.write_text("#!/bin/sh\nid -u\n")
        python.chmod(0o755)
        own(folder, NOBODY)
        for parent in [tmp_path, *tmp_path.parents]:
            if parent.is_relative_to(tempfile.gettempdir()) and parent.owner() == "root":
                parent.chmod(parent.stat().st_mode | 0o011)

        result = made.run("status")

        own(folder, 0)
        python.unlink()
        python.symlink_to(whole)
    assert result.stdout == f"{NOBODY}\n", result.stderr


NOBODY = 65534


def own(folder: Path, uid: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, uid, uid, follow_symlinks=False)


def test_workers_whose_master_was_killed_are_ended_by_the_next_start(copy: Copy) -> None:
    before = {name: children(copy.pid(name)) for name in ("reader", "writer")}
    for name in before:
        os.kill(copy.pid(name), signal.SIGKILL)
        for worker in before[name]:
            os.kill(worker, signal.SIGSTOP)  # so that none sees that its master is gone, and ends by itself

    result = copy.run()

    assert result.returncode == 0, result.stderr
    assert "Ending what a killed service left behind: " in result.stdout
    assert not any(Path(f"/proc/{worker}").exists() for workers in before.values() for worker in workers)
    assert copy.answers("reader")
    assert copy.answers("writer")


def test_a_backup_that_was_copied_over_a_database_beside_its_wal_is_named(tmp_path: Path) -> None:
    with project(tmp_path / "copy") as made:
        assert made.run().returncode == 0
        data = made.folder / "data"
        backup = subprocess.run(
            [made.folder / ".venv/bin/python", "-m", "writer.commands.backup"],
            cwd=made.folder,
            env=made.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert backup.returncode == 0, backup.stderr
        made.kill_writer()
        made.run("stop")
        (data / "sales.db-wal").write_bytes(b"what is left of the other database")
        shutil.copy(next((data / "backups").iterdir()), data / "sales.db")

        refused = made.run()
        (data / "sales.db-wal").unlink()
        (data / "sales.db-shm").unlink(missing_ok=True)
        accepted = made.run()

    assert refused.returncode == 1
    assert refused.stderr.startswith("sales.db-wal belongs to the database that sales.db has replaced")
    assert len(refused.stderr.splitlines()) == 1
    assert accepted.returncode == 0, accepted.stderr


@pytest.mark.parametrize("is_there", [True, False])
def test_beside_backups_nothing_begins_anew_without_being_asked_for(tmp_path: Path, is_there: bool) -> None:
    with project(tmp_path / "copy") as made:
        backups = made.folder / "data" / "backups"
        backups.mkdir(parents=True)
        (backups / "sales-20260215T031700Z.db").write_bytes(b"")
        if is_there:
            (made.folder / "data" / "sales.db").write_bytes(b"")

        refused = made.run()
        said_no, said_yes = at_terminal(made, "n"), at_terminal(made, "y")

    what = "empty" if is_there else "missing"
    assert refused.returncode == 1
    assert f"sales.db is {what}, but there are backups of it, the newest sales-2026" in refused.stderr
    assert "Nothing was started." in said_no
    assert "onerom-sales runs." in said_yes


def at_terminal(copy: Copy, answer: str) -> str:
    """Start a copy at a terminal, type an answer, and return what the terminal shows at the end."""
    master, terminal = pty.openpty()
    command = [str(copy.folder / "restart.sh")]
    process = subprocess.Popen(
        command,
        env=copy.environment,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(master, f"{answer}\n".encode())
    shown = process.communicate(timeout=120)[0]
    os.close(master)
    os.close(terminal)
    return shown


def test_cron_is_started_and_stopped_with_the_rest(tmp_path: Path) -> None:
    with project(tmp_path / "copy", RUN_CRON="1") as made:
        made.run()
        status = made.run("status")
        pid = made.pid("cron")

        made.run("stop")

        assert status.returncode == 0
        assert f"cron runs: process {pid}" in status.stdout
        assert made.run("status").stdout.count("does not run") == 4


@pytest.mark.parametrize(
    ("fails_on", "sentence"),
    [
        (
            "ensurepip",
            "restart.sh: python3 cannot make virtual environments yet: sudo apt install python3-venv",
        ),
        ("version_info", "restart.sh: Python 3.11 or newer is needed, not Python 3.9.2."),
    ],
)
def test_what_the_machine_lacks_is_said_in_a_sentence(tmp_path: Path, fails_on: str, sentence: str) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in {
        "python3": f'case "$*" in *{fails_on}*) exit 1 ;; -V) echo Python 3.9.2 ;; esac',
        "apt-get": "exit 1",
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    with project(tmp_path / "copy") as made:
        result = made.run(PATH=f"{programs}:/usr/bin:/bin", PYTHON="python3")

    assert result.returncode == 1
    assert result.stderr.strip() == sentence


def test_a_new_copy_is_made_of_the_distribution_s_python_whatever_comes_first(tmp_path: Path) -> None:
    can_make = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    if subprocess.run(["/usr/bin/python3", "-c", can_make], check=False, capture_output=True).returncode:
        pytest.skip("The distribution's Python cannot make virtual environments here.")
    other = tmp_path / "bin" / "python3"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    with project(tmp_path / "copy") as made:
        shutil.rmtree(made.folder / ".venv")

        path = f"{other.parent}:{os.environ['PATH']}"
        made.run(PATH=path, PIP_NO_INDEX="1")  # stops where it would download

        made_of = (made.folder / ".venv/bin/python").resolve()
        shutil.rmtree(made.folder / ".venv")  # half made; what stops the copy needs a whole one, or none

    assert made_of == Path("/usr/bin/python3").resolve()


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Copy]:
    """A copy in which `restart.sh dev` runs."""
    with project(tmp_path / "copy", READER_BIND="0.0.0.0", WRITER_BIND="0.0.0.0") as made:
        with (tmp_path / "log").open("wb") as log:
            command = [str(made.folder / "restart.sh"), "dev"]
            process = subprocess.Popen(command, env=made.environment, stdout=log, stderr=log)
        wait_until(lambda: made.answers("reader") and made.answers("writer"))
        yield made
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        assert not made.answers("writer")
        assert not made.answers("reader")


def listening() -> set[tuple[str, int]]:
    """Return (address, port) of every socket of IPv4 that waits for connections, as Linux tells them."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = [row[1].split(":") for row in rows if row[3] == "0A"]
    # The address is a number in the machine's own order of bytes.
    return {(socket.inet_ntoa(struct.pack("=I", int(host, 16))), int(port, 16)) for host, port in ends}


def test_dev_listens_on_this_machine_only(dev: Copy) -> None:
    ports = {int(dev.environment["WRITER_PORT"]), int(dev.environment["READER_PORT"])}

    assert {(address, port) for address, port in listening() if port in ports} == {
        ("127.0.0.1", port) for port in ports
    }


def test_dev_follows_changes_of_code_and_templates(dev: Copy) -> None:
    assert "New words" not in read(dev, "/sign-in")
    page = dev.folder / "writer" / "people" / "auth" / "templates" / "auth" / "sign_in.html"
    page.write_text(page.read_text().replace("{% block content %}", "{% block content %}<p>New words</p>"))
    wait_until(lambda: "New words" in read(dev, "/sign-in"), page)

    health = dev.folder / "writer" / "ops" / "health.py"
    health.write_text(health.read_text().replace('status="ok"', 'status="changed"'))

    wait_until(lambda: "changed" in read(dev, "/health"), health)


def read(copy: Copy, path: str) -> str:
    with suppress(OSError), urllib.request.urlopen(copy.url("writer", path), timeout=10) as answer:
        return str(answer.read().decode())
    return ""


def wait_until(condition: Callable[[], bool], changed: Path | None = None) -> None:
    """Wait up to 30 s; `changed` is saved anew now and then, for who watches it may only just have begun."""
    deadline = time.monotonic() + 30
    save_at = time.monotonic() + 6
    while not condition():
        assert time.monotonic() < deadline, "waited 30 s in vain"
        if changed is not None and time.monotonic() > save_at:
            changed.touch()
            save_at += 6
        time.sleep(0.2)


def test_an_unknown_word_is_answered_with_what_there_is(copy: Copy) -> None:
    result = copy.run("begin")

    assert result.returncode == 2
    assert "./restart.sh stop" in result.stdout


def test_a_large_log_is_put_aside_at_the_start(tmp_path: Path) -> None:
    with project(tmp_path / "copy") as made:
        (made.folder / "run").mkdir()
        (made.folder / "run" / "writer.log").write_bytes(b"x" * 10_000_001)

        made.run()

        assert (made.folder / "run" / "writer.log.1").stat().st_size == 10_000_001
        assert (made.folder / "run" / "writer.log").stat().st_size < 100_000


def test_a_port_may_be_any_free_one(tmp_path: Path) -> None:
    with project(tmp_path / "copy", WRITER_BIND="::1", WRITER_PORT=str(free_port())) as made:
        result = made.run()

    assert result.returncode == 0
    assert "[::1]:" in result.stdout
