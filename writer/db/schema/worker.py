"""The table of the worker: how each of its tasks goes, for /health and `restart.sh status`."""

from sqlalchemy import Column, Table, Text

from writer.db.schema.types import UtcTime, metadata

worker_tasks = Table(
    "worker_tasks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("process", Text, nullable=False),  # host:pid of the worker that has or had the task's turn
    Column("heartbeat_at", UtcTime),  # the last sign of life of that worker; NULL: it has ended
    Column("last_round_at", UtcTime),  # when the task last checked all its work; NULL: not yet
    Column("failed_at", UtcTime),  # NULL: never
    Column("error", Text),  # the last failure; NULL: a round succeeded since
)
