"""Deliveries: what the stores sent.

Revision 0003, after 0002.
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, text

from writer.db.schema.types import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "deliveries",
        Column("id", Integer, primary_key=True),
        Column("store_id", Integer, ForeignKey("stores.id")),
        Column("source", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("received_at", UtcTime, nullable=False),
        Column("body", LargeBinary),
        Column("order_external_id", Text),
        Column("order_number", Text),
        Column("order_id", Integer, ForeignKey("orders.id", ondelete="SET NULL")),
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
        Column("next_attempt_at", UtcTime),
        Index("ix_deliveries_received", "received_at"),
        Index("ix_deliveries_due", "next_attempt_at"),
        Index("ix_deliveries_number", "order_number"),
        Index("ix_deliveries_order", "order_id"),
    )
