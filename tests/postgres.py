"""A throw-away PostgreSQL for the tests: `python -m tests.postgres COMMAND...` runs COMMAND with one.

It has a folder and a socket of its own and no port, so that nothing else on the machine is touched; it ends
with COMMAND. Where PostgreSQL is not installed a message says so, and COMMAND is not run.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

# Speed alone matters for data that nobody will look at again.
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "autovacuum": "off",
    "jit": "off",
}
# As an installation has it: what is committed outlives a power cut.
DURABLE = OPTIONS | {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
REPLICATION = {"wal_level": "replica", "max_wal_senders": "4"}
REPLICATED = OPTIONS | REPLICATION
# PostgreSQL refuses to run as root; Debian's package brings the user it runs as.
IDENTITY: dict[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
START_TIMEOUT_S = 90


def programs() -> Path | None:
    """Return the folder with initdb and postgres, the newest version's, or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    return debian[-1] if debian else Path(found).parent if found else None


@contextmanager
def server(bin_folder: Path, options: dict[str, str] = OPTIONS, where: str | None = None) -> Iterator[str]:
    """Yield the SQLAlchemy URL of a running server, which is gone afterwards."""
    with _folder(where) as folder:
        initdb = [str(bin_folder / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust"]
        _run([*initdb, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"])
        with _running(bin_folder, folder, options):
            yield _url(folder)


@contextmanager
def standby(bin_folder: Path, primary_url: str) -> Iterator[str]:
    """Yield the URL of a hot standby of a server that runs with the options REPLICATED."""
    with _folder() as folder:
        backup = [
            str(bin_folder / "pg_basebackup"),
            "-h",
            primary_url.rpartition("host=")[2],
            "-U",
            "postgres",
        ]
        _run([*backup, "-D", str(folder / "data"), "--write-recovery-conf", "--checkpoint=fast", "--no-sync"])
        with _running(bin_folder, folder, REPLICATED):
            yield _url(folder)


@contextmanager
def _folder(where: str | None = None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="onerom-postgres-", dir=where))
    try:
        if IDENTITY:
            shutil.chown(folder, **IDENTITY)
        yield folder
    finally:
        shutil.rmtree(folder)


def _url(folder: Path) -> str:
    return f"postgresql+psycopg://postgres@/postgres?host={folder}"


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, **IDENTITY)


@contextmanager
def _running(bin_folder: Path, folder: Path, options: dict[str, str]) -> Iterator[None]:
    settings = [f"-c{name}={value}" for name, value in options.items()]
    command = [str(bin_folder / "postgres"), "-D", str(folder / "data"), "-k", str(folder), *settings]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **IDENTITY)
    try:
        _wait(process, folder)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # "fast": ends connections that are still open
        process.wait(timeout=START_TIMEOUT_S)


def _wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}") from None
            time.sleep(0.1)


def main(command: list[str]) -> int:
    """Run `command` with TEST_POSTGRES_URL set, and return its exit status."""
    bin_folder = programs()
    if bin_folder is None:
        print("Skipped: the tests on PostgreSQL, which is not installed (sudo apt install postgresql).")
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with server(bin_folder) as url:
        print("The tests that touch the database, on PostgreSQL:", flush=True)
        return subprocess.run(command, env={**os.environ, "TEST_POSTGRES_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
