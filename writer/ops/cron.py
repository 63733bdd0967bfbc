"""Runs the list in writer/crontab where no system cron does: `python -m writer.ops.cron`.

Each job is a process of its own, so none delays another; one that still runs when it is due again is not
started twice. When each was last started is kept in data/cron.json: a job that fell due while this was not
running is started at once, so that a machine that is off at night still makes its backups. Work that
follows a commit is the worker's.
"""

import json
import logging
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cronsim import CronSim
from sqlalchemy.exc import OperationalError

from writer import config as configuration
from writer.config import ROOT, ConfigError
from writer.db import AlreadyRunning, Database
from writer.lib import clock, logs

log = logging.getLogger("writer.ops.cron")

CRONTAB = Path(__file__).parents[1] / "crontab"
STATE = ROOT / "data" / "cron.json"
JOB_LIMIT_S = 3600
GRACE_S = 20
HEARTBEAT_S = 30
CLOCK_STEP = timedelta(seconds=5)  # backwards: more than a clock is corrected by all the time
STAND_BY_S = 10  # between two tries to lead
_LINE = re.compile(r"((?:\S+\s+){5})([a-z_.]+(?: --[a-z-]+)*)\s*(?:#.*)?")


@dataclass
class Job:
    """One line of the crontab, and its process while it runs."""

    schedule: str
    command: str  # what follows python -m: a module and its options
    next_at: datetime
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0  # of time.monotonic()
    is_told_to_stop: bool = False

    def run(self) -> None:
        """Start its process."""
        self.started_s = time.monotonic()
        command = [sys.executable, "-m", *self.command.split()]
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)


class Cron:
    """The jobs of a crontab; `step` does what is due, `end` lets what runs finish."""

    def __init__(self, crontab: Path, state: Path) -> None:
        self.state = state
        self.last = _read_state(state)
        self.looked_at = clock.now()
        self.jobs = [self._job(schedule, command) for schedule, command in read(crontab)]

    def _job(self, schedule: str, command: str) -> Job:
        now = clock.now()
        last = datetime.fromisoformat(self.last.setdefault(command, now.isoformat()))
        return Job(schedule, command, min(next(CronSim(schedule, last)), next(CronSim(schedule, now))))

    def step(self) -> None:
        """Note which jobs have ended, end one that hangs, start those that are due."""
        self._follow_clock()
        for job in self.jobs:
            self._reap(job)
            if clock.now() >= job.next_at:
                self._start(job)
        if not is_healthy(self.state, HEARTBEAT_S):
            _write_state(self.state, self.last)

    def _follow_clock(self) -> None:
        """Let what was planned by a clock that was then set back be due by the present one."""
        now, before = clock.now(), self.looked_at
        self.looked_at = now
        if now < before - CLOCK_STEP:
            for job in self.jobs:
                job.next_at = min(job.next_at, next(CronSim(job.schedule, now)))

    def _start(self, job: Job) -> None:
        job.next_at = next(CronSim(job.schedule, clock.now()))
        if job.process is not None:
            _log(logging.WARNING, job, "job still runs and is not started again")
            return
        self.last[job.command] = clock.now().isoformat()
        _write_state(self.state, self.last)
        job.run()

    def _reap(self, job: Job) -> None:
        if job.process is None:
            return
        is_late = time.monotonic() - job.started_s > JOB_LIMIT_S
        if job.process.poll() is None and is_late:
            job.process.kill()
            job.process.wait()
        if job.process.poll() is not None:
            is_fine = job.process.returncode == 0 or job.is_told_to_stop
            _log(logging.INFO if is_fine else logging.ERROR, job, "job done" if is_fine else "job failed")
            job.process = None

    def end(self) -> None:
        """Return when no job runs: one that takes longer than 20 s is told to stop."""
        deadline = time.monotonic() + GRACE_S
        while any(job.process for job in self.jobs):
            for job in self.jobs:
                if job.process is not None and time.monotonic() > deadline:
                    job.is_told_to_stop = True
                    job.process.terminate()
                self._reap(job)
            time.sleep(0.1)


def read(crontab: Path) -> list[tuple[str, str]]:
    """Return (schedule, command) of each line; raise ValueError naming the line that is none."""
    found = []
    for line in crontab.read_text().splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"{crontab} holds a line that is no schedule and module: {line}")
        found.append((" ".join(match[1].split()), match[2]))
    return found


def for_system_cron() -> str:
    """Return the list as lines for `crontab -e`."""
    folder, python = shlex.quote(str(ROOT)), shlex.quote(sys.executable)
    lines = [(schedule, f"cd {folder} && {python} -m {command}") for schedule, command in read(CRONTAB)]
    # A bare % would end the command there.
    return "\n".join(f"{schedule} {line.replace('%', chr(92) + '%')}" for schedule, line in lines)


def is_healthy(state: Path, within_s: int = 4 * HEARTBEAT_S) -> bool:
    """Tell whether the cron that keeps `state` was at work in the last `within_s` seconds.

    A time in the future tells nothing: the clock was set back since.
    """
    return state.exists() and abs(time.time() - state.stat().st_mtime) < within_s


def _read_state(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError):
        return {}


def _write_state(path: Path, last: dict[str, str]) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(last, indent=1))
    part.replace(path)


def _log(level: int, job: Job, message: str) -> None:
    status = job.process.returncode if job.process else None
    seconds = round(time.monotonic() - job.started_s, 1)
    log.log(level, message, extra={"fields": {"job": job.command, "status": status, "s": seconds}})


def run(database: Database) -> None:
    """Run the list until SIGTERM or SIGINT; return when the jobs in hand have ended.

    Of several on one database one leads; when it ends, however it does, another follows within seconds.
    """
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _frame: stopping.append(signum))
    STATE.parent.mkdir(exist_ok=True)
    while not stopping:
        try:
            with database.only_one("cron") as is_held:
                _lead(lambda: bool(stopping) or not is_held())
        except AlreadyRunning:
            _stand_by(stopping, "another cron is the leader")
        except OperationalError as error:
            _stand_by(stopping, str(error.orig))
    log.info("cron ends")


def _lead(should_stop: Callable[[], bool]) -> None:
    cron = Cron(CRONTAB, STATE)
    log.info("cron leads", extra={"fields": {"jobs": [job.command for job in cron.jobs]}})
    while not should_stop():
        cron.step()
        time.sleep(0.5)
    cron.end()


def _stand_by(stopping: list[int], reason: str) -> None:
    """Wait before the next try to lead, and stay healthy meanwhile."""
    _write_state(STATE, _read_state(STATE))
    log.info("cron stands by", extra={"fields": {"reason": reason}})
    until = time.monotonic() + STAND_BY_S
    while not stopping and time.monotonic() < until:
        time.sleep(0.2)


def main(arguments: list[str]) -> int:
    """`python -m writer.ops.cron` runs the list, `... list` prints it, `... healthy` looks for one."""
    match arguments:
        case []:
            try:
                config = configuration.load()
            except ConfigError as error:
                print(error, file=sys.stderr)
                return 2
            logs.start(config.log_level)
            run(Database.of(config))
        case ["list"]:
            print(for_system_cron())
        case ["healthy"]:
            return 0 if is_healthy(STATE) else 1
        case _:
            print(main.__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
