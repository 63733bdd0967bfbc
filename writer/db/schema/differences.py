"""The table of the differences room: numbers in stores that nothing explained."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from writer.db.schema.types import UtcTime, metadata

stock_differences = Table(
    "stock_differences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("listing_id", Integer, ForeignKey("listings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("expected_quantity", Integer, nullable=False),
    Column("shown_quantity", Integer, nullable=False),
    Column("policy", Text, nullable=False),
    Column("action", Text, nullable=False),  # 'enforced', 'adopted', 'asked'
    Column("decided_at", UtcTime),  # NULL: the owner was asked and has not answered
    Column("decided_by", Text),  # NULL as decided_at
    # The few that wait for their owner's answer.
    Index(
        "ix_stock_differences_asked",
        "listing_id",
        sqlite_where=text("decided_at IS NULL"),
        postgresql_where=text("decided_at IS NULL"),
    ),
)
