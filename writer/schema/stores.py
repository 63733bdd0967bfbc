"""Tables of the stores room: each store, its secrets, what it delivered."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
    text,
    true,
)

from writer.schema.types import UtcTime, metadata

stores = Table(
    "stores",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False, unique=True),  # address as the webhook names it, normalised
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("created_at", UtcTime, nullable=False),
    # NULL: the shared secret is good while the store has none of its own
    Column("shared_secret_until", UtcTime),
    Column("counts_on_hold", Boolean, nullable=False, server_default=false()),
    Column("paid_statuses", Text, nullable=False, server_default=""),  # the owner's, comma-separated
    Column("last_contact_at", UtcTime),  # NULL: never heard from
    Column("rejected", Integer, nullable=False, server_default=text("0")),  # wrong signatures
    Column("rejected_at", UtcTime),  # NULL: none yet
)

store_secrets = Table(
    "store_secrets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("secret_encrypted", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("valid_until", UtcTime),  # NULL: until replaced
)

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
    Index("ix_deliveries_received", "received_at"),
    Index("ix_deliveries_due", "next_attempt_at"),
    Index("ix_deliveries_number", "order_number"),
    Index("ix_deliveries_order", "order_id"),
)
