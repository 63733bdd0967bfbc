"""The processes of this copy: which run, start one, end them.

A process is this copy's when `run/<service>.pid` names it, its working folder is this folder and its command
line is the service's: a stale file never hits a stranger, and copies on one machine leave each other alone.
"""

import contextlib
import os
import pwd
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
ORPHANS_TIMEOUT_S = 12.0  # the worker class gives slow clients up within ten
STOP_TIMEOUT_S = 45  # gunicorn's graceful_timeout and a little


class NotOurs(Exception):
    """A process may be this copy's, but belongs to another user; the text says what to do."""


def find(name: str) -> int | None:
    """Return the process of this copy's service, or None. Raises NotOurs where it cannot be looked at."""
    try:
        pid = int((RUN / f"{name}.pid").read_text())
        return pid if _has_mark(pid, MARKS[name]) and _is_here(pid) else None
    except PermissionError:
        user = _user(Path(f"/proc/{pid}").stat().st_uid)
        raise NotOurs(
            f"Process {pid} seems to be the {name} of this copy, but belongs to {user}:"
            f" run ./restart.sh as {user}, or end it first."
        ) from None
    except (OSError, ValueError):
        return None


def _has_mark(pid: int, mark: str) -> bool:
    return mark in Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def _is_here(pid: int) -> bool:
    return os.readlink(f"/proc/{pid}/cwd") == str(ROOT)


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def orphans() -> set[int]:
    """Return the workers of this copy's services whose master was killed.

    A master leads its session, and Linux gives no process the number of a session that still has members.
    """
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(stat.parent.name)
            if not _is_here(pid) or not any(_has_mark(pid, MARKS[name]) for name in ("reader", "writer")):
                continue
            session = int(stat.read_text().rpartition(")")[2].split()[3])
            if _is_alive(pid) and not _is_alive(session):
                found.add(pid)
    return found


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may stay listed until its parent takes note."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end_orphans() -> None:
    """Return when no orphaned worker runs; they end by themselves, and are ended if that takes too long."""
    found = orphans()
    if found:
        print(f"Ending what a killed service left behind: {', '.join(map(str, sorted(found)))}.", flush=True)
    for pid in found:
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + ORPHANS_TIMEOUT_S
    while left := orphans():
        if time.monotonic() > deadline:
            for pid in left:
                _signal(pid, signal.SIGKILL)
        time.sleep(0.05)


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
