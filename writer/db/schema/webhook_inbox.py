"""The table of sync/webhook_inbox: what stores delivered, and its outcome."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from writer.db.schema.types import UtcTime, metadata

# What somebody should look at, as the index of these is written.
IN_TROUBLE = "outcome IN ('failed', 'held')"

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id")),  # NULL: from a source not accepted (yet)
    Column("source", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("body", LargeBinary),  # exact bytes; NULL: older than is kept, or erased
    Column("order_external_id", Text),  # NULL: not about an order
    Column("order_number", Text),  # NULL: not told
    Column("order_id", Integer, ForeignKey("orders.id", ondelete="SET NULL")),  # NULL: recorded in none
    Column(
        "outcome",
        Text,
        CheckConstraint(
            "outcome IN ('recorded', 'repeat', 'stale', 'ignored', 'held', 'failed')", name="outcome"
        ),
        nullable=False,
    ),
    Column("sentence", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("1")),
    Column("next_attempt_at", UtcTime),  # NULL: nothing more to do
    # of a source that is no store: the one whose own secret signed it; NULL: the shared secret, or several's
    Column("signed_by_store_id", Integer),
    Index("ix_deliveries_received", "received_at"),
    Index(
        "ix_deliveries_body",
        "received_at",
        sqlite_where=text("body IS NOT NULL"),
        postgresql_where=text("body IS NOT NULL"),
    ),
    Index("ix_deliveries_due", "next_attempt_at"),
    Index("ix_deliveries_number", "order_number"),
    Index("ix_deliveries_order", "order_id"),
    Index("ix_deliveries_store", "store_id", "received_at"),
    # Asked for before every push and on every page of a store: by the index above SQLite would walk through
    # all of its deliveries.
    Index(
        "ix_deliveries_waiting",
        "store_id",
        sqlite_where=text("next_attempt_at IS NOT NULL"),
        postgresql_where=text("next_attempt_at IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_trouble", "store_id", sqlite_where=text(IN_TROUBLE), postgresql_where=text(IN_TROUBLE)
    ),
    # Nearly all are recorded, and found by their time alone.
    Index(
        "ix_deliveries_odd",
        "outcome",
        "received_at",
        sqlite_where=text("outcome <> 'recorded'"),
        postgresql_where=text("outcome <> 'recorded'"),
    ),
)
