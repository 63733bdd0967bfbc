"""Start what is compared, on loopback and free ports, and stop it by its process id."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONF = ROOT / "reader" / "gunicorn.conf.py"


@contextmanager
def running(command: list[str], port: int, **variables: str) -> Iterator[tuple[str, int]]:
    """Yield address and process id of a server, once it answers; it is gone afterwards."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, address)
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=40)


def _wait(process: "subprocess.Popen[str]", address: str) -> None:
    until = time.monotonic() + 40
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise SystemExit(f"{process.args!r} does not answer: {process.communicate()[1][-2000:]}")


def gunicorn(app: str, port: int, *more: str) -> list[str]:
    """Return the command that runs `app` as the reader runs."""
    bind = f"127.0.0.1:{port}"
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        str(CONF),
        "--log-level",
        "error",
        "--bind",
        bind,
        *more,
        app,
    ]


def resident_kb(pid: int) -> list[tuple[int, int]]:
    """Return resident and proportional memory of each process below `pid`, itself first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = []
    for process in (str(pid), *children):
        rollup = Path(f"/proc/{process}/smaps_rollup")
        sizes = dict(line.split(":", 1) for line in rollup.read_text().splitlines()[1:])
        found.append((int(sizes["Rss"].split()[0]), int(sizes["Pss"].split()[0])))
    return found
