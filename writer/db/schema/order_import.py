"""Tables of sync/order_import: its runs, and the result of each for every store."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from writer.db.schema.types import UtcTime, metadata

sync_runs = Table(
    "sync_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started_by", Text, nullable=False),  # "cron", or who asked
    Column("days_back", Integer),  # NULL: since each store's cursor
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),  # NULL: running, or killed
    Column("error", Text),  # why it ended early; NULL: it did not
    Index("ix_sync_runs_started", "started_at"),
)

sync_run_stores = Table(
    "sync_run_stores",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("sync_runs.id", ondelete="CASCADE"), nullable=False),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'skipped')", name="state"),
        nullable=False,
    ),
    Column("seen", Integer, nullable=False, server_default=text("0")),
    Column("created", Integer, nullable=False, server_default=text("0")),
    Column("updated", Integer, nullable=False, server_default=text("0")),
    Column("unchanged", Integer, nullable=False, server_default=text("0")),
    Column("refused", Integer, nullable=False, server_default=text("0")),
    Column("error", Text),  # NULL: none
    Column("started_at", UtcTime),  # NULL: not begun
    Column("ended_at", UtcTime),  # NULL: not ended
    UniqueConstraint("run_id", "store_id"),
    Index("ix_sync_run_stores_started", "started_at"),
)
