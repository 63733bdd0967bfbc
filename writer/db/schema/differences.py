"""The table of the drift room: numbers in stores that nothing explained."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
)

from writer.db.schema.types import UtcTime, metadata

drifts = Table(
    "drifts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("listing_id", Integer, ForeignKey("listings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("ours", Integer, nullable=False),
    Column("theirs", Integer, nullable=False),
    Column("policy", Text, nullable=False),
    Column("action", Text, nullable=False),  # 'enforced', 'adopted', 'asked'
    Column("settled_at", UtcTime),  # NULL: the owner was asked and has not answered
    Column("settled_by", Text),  # NULL as settled_at
)
