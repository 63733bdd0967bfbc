"""The processes of this copy: which run, start one, end them.

A process is this copy's when `run/<service>.pid` names it, its working folder is this folder and its command
line is the service's: a stale file never hits a stranger, and copies on one machine leave each other alone.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from writer.config import ROOT

RUN = ROOT / "run"
# What the command line of each has, and no other's.
MARKS = {
    "reader": "reader.app:app",
    "writer": "writer.app:create_app()",
    "worker": "writer.ops.worker",
    "cron": "writer.ops.cron",
    "demo": "deploy.demo",
    "demo-reader": "reader.app:app",
    "demo-writer": "writer.app:create_app()",
    "demo-worker": "writer.ops.worker",
}
START_TIMEOUT_S = 40
STOP_TIMEOUT_S = 45  # gunicorn's graceful_timeout and a little


def find(name: str) -> int | None:
    """Return the process of this copy's service, or None."""
    try:
        pid = int((RUN / f"{name}.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        is_ours = os.readlink(f"/proc/{pid}/cwd") == str(ROOT) and MARKS[name] in command
    except (OSError, ValueError):
        return None
    return pid if is_ours else None


def launch(name: str, module: list[str]) -> None:
    """Start `python -m <module>` as the service; it goes on when this program has ended."""
    with (RUN / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (RUN / f"{name}.pid").write_text(str(process.pid))
    # For a moment after it is started a process has no command line to be known by.
    while find(name) is None and process.poll() is None:
        time.sleep(0.01)


def stop(names: Iterable[str]) -> list[str]:
    """Return when none of these runs, with those that did; each has finished the requests it had accepted."""
    found = {name: pid for name in names if (pid := find(name))}
    for pid in found.values():
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    for name, pid in found.items():
        while find(name) == pid:
            if time.monotonic() > deadline:
                print(f"The {name} did not end within {STOP_TIMEOUT_S} seconds and is killed.")
                _signal(pid, signal.SIGKILL)
            time.sleep(0.05)
    return list(found)


def replace_workers(pid: int) -> Callable[[], bool]:
    """Have gunicorn `pid` start new workers, which take over its open port, and end the old ones.

    Returns what tells whether that is done.
    """
    before = children(pid)
    _signal(pid, signal.SIGHUP)
    return lambda: bool(children(pid)) and not children(pid) & before


def wait(name: str, is_done: Callable[[], bool]) -> bool:
    """Wait until it is done; False where the service ends first, or 40 s pass."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while not is_done():
        if find(name) is None or time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def children(pid: int) -> set[int]:
    """Return the processes whose parent is `pid` and which have not ended."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.add(int(stat.parent.name))
    return found


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
