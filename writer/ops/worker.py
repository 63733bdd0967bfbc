"""Runs the tasks that follow a commit within seconds: `python -m writer.ops.worker`.

Each task has a thread of its own and a lock that one process holds at a time: a second worker on the same
database stands by and takes over within seconds. A task that fails is logged, opens a notice and is started
again, each time after a longer wait. Work that is due by the clock is in writer/crontab.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from writer import config as configuration
from writer import wiring
from writer.config import Config, ConfigError
from writer.db import AlreadyRunning, Database, upsert
from writer.db.schema.worker import worker_tasks
from writer.lib import clock, logs
from writer.ops import worker_health
from writer.orders import to_sort
from writer.people import Notice, notices
from writer.stores import Vault
from writer.sync import stock_push

log = logging.getLogger("writer.ops.worker")

STAND_BY_S = 5.0
BEAT_S = 15.0  # well below worker_health.LATE
LONGEST_WAIT_S = 60.0  # before a failed task is started again
STEADY_S = 60.0  # after a run of this length the next failure counts as the first
GRACE_S = 15.0

# Takes `should_stop`, upon which it returns, and `on_round`, which it calls after each check of its work.
Work = Callable[[Callable[[], bool], Callable[[], None]], None]


@dataclass(frozen=True)
class Task:
    """Work that goes on for as long as the worker runs."""

    name: str
    lock: str  # the name of its lock, for Database.only_one
    work: Work


def tasks(config: Config, database: Database) -> list[Task]:
    """Return every task of the worker."""
    vault = Vault(config.encryption_keys)
    return [
        Task(
            "stock push",
            stock_push.TURN,
            lambda should_stop, on_round: stock_push.watch(database, vault, should_stop, on_round),
        ),
        Task(
            "to sort",
            to_sort.TURN,
            lambda should_stop, on_round: to_sort.watch(database, should_stop, on_round),
        ),
    ]


class Runner:
    """Runs one task in a thread: when it gets the lock, and again after a failure."""

    def __init__(self, database: Database, task: Task, stop: threading.Event) -> None:
        self.database, self.task, self.stop = database, task, stop
        self.thread = threading.Thread(target=self._run, name=f"onerom task {task.name}", daemon=True)
        self.is_leader = False
        self.last_round_at: datetime | None = None
        self.failed_at: datetime | None = None
        self.error: str | None = None
        self._failures = 0
        self._saving = threading.Lock()

    def _run(self) -> None:
        wait_s = 0.0
        while not self.stop.wait(wait_s):
            began = time.monotonic()
            try:
                self._lead()
            except AlreadyRunning:
                wait_s = STAND_BY_S
            except Exception as error:
                if time.monotonic() - began > STEADY_S:
                    self._failures = 0
                self._failures += 1
                wait_s = min(LONGEST_WAIT_S, 2.0 ** (self._failures - 1))
                self._note_failure(error, wait_s)

    def _lead(self) -> None:
        with self.database.only_one(self.task.lock):
            log.info("task starts", extra={"fields": {"task": self.task.name}})
            self.is_leader = True
            self.save()
            try:
                self.task.work(self.stop.is_set, self._went_round)
                if not self.stop.is_set():
                    raise RuntimeError("The task ended by itself.")
            finally:
                self.is_leader = False
                self.save()

    def _went_round(self) -> None:
        is_news = self.last_round_at is None or self.error is not None
        self.last_round_at, self.error = clock.now(), None
        if is_news:
            self.save()

    def _note_failure(self, error: Exception, wait_s: float) -> None:
        fields = {"task": self.task.name, "again_after_s": wait_s}
        log.error("task failed", exc_info=error, extra={"fields": fields})
        self.failed_at, self.error = clock.now(), f"{type(error).__name__}: {error}"[:500]
        self.save()

    def save(self) -> None:
        """Save the state of the task, and keep a notice open for as long as it fails."""
        with self._saving:  # so that no older state is written over a newer one
            self._save()

    def _save(self) -> None:
        failure = self.error
        row = {
            "name": self.task.name,
            "process": f"{socket.gethostname()}:{os.getpid()}",
            "heartbeat_at": clock.now() if self.is_leader or failure else None,
            "last_round_at": self.last_round_at,
            "failed_at": self.failed_at,
            "error": failure,
        }
        try:
            with self.database.transaction() as db:
                upsert(db, worker_tasks, row, ["name"])
                if failure is None:
                    notices.close(db, Notice.WORKER_TASK, task=self.task.name)
                else:
                    sentence = f"The worker's task {self.task.name} fails and is started again: {failure}"
                    notices.open_(db, Notice.WORKER_TASK, sentence, task=self.task.name)
        except DBAPIError as error:
            log.warning("task not noted", extra={"fields": {"error": str(error.orig)}})


def run(database: Database, all_tasks: Sequence[Task], stop: threading.Event) -> None:
    """Run the tasks until `stop` is set; return when all have ended, at the latest 15 seconds later."""
    runners = [Runner(database, task, stop) for task in all_tasks]
    for runner in runners:
        runner.thread.start()
    while not stop.wait(BEAT_S):
        for runner in runners:
            if runner.is_leader:
                runner.save()
    deadline = time.monotonic() + GRACE_S
    for runner in runners:
        runner.thread.join(max(0.0, deadline - time.monotonic()))


def main(arguments: list[str]) -> int:
    """Run the worker until SIGTERM or SIGINT; with `healthy` tell by the exit status whether one works.

    Exit status 2: the settings cannot be used.
    """
    try:
        config = configuration.load()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    database = Database.of(config)
    if arguments == ["healthy"]:
        return 0 if worker_health.is_well(database) else 1
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    logs.start(config.log_level)
    wiring.wire(config)
    log.info("worker runs")
    run(database, tasks(config, database), stop)
    database.close()
    log.info("worker ends")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
