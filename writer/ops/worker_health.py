"""Reads the state that the worker saves of its tasks; for /health, `restart.sh status` and containers."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import DBAPIError

from writer.db import Database
from writer.db.schema.worker import worker_tasks
from writer.lib import clock

LATE = timedelta(seconds=60)


def list_tasks(db: Connection) -> list[Row[Any]]:
    """Return all tasks that a worker ever ran, by name."""
    return list(db.execute(select(worker_tasks).order_by(worker_tasks.c.name)))


def runs(task: Row[Any]) -> bool:
    """Tell whether a worker that runs this task gave a sign of life in the last minute."""
    # A time in the future tells nothing: the clock was set back since.
    return task.heartbeat_at is not None and abs(clock.now() - task.heartbeat_at) < LATE


def is_well(database: Database) -> bool:
    """Tell whether every task runs, in whichever worker on this database, and none fails."""
    try:
        with database.reading() as db:
            found = list_tasks(db)
    except DBAPIError:
        return False
    return bool(found) and all(runs(task) and task.error is None for task in found)


def lines(database: Database) -> list[str]:
    """Return a line about each task."""
    try:
        with database.reading() as db:
            return [_line(task) for task in list_tasks(db)]
    except DBAPIError:
        return ["The database cannot be read, or was not migrated."]


def _line(task: Row[Any]) -> str:
    if task.error is not None:
        return f"{task.name}: fails and is started again: {task.error}"
    if not runs(task):
        return f"{task.name}: does not run"
    looked = (
        "no round yet" if task.last_round_at is None else f"last round at {task.last_round_at:%H:%M:%S} UTC"
    )
    return f"{task.name}: {looked}, in {task.process}"
