"""The table of sync/stock_push: each number that a store took."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from writer.db.schema.types import UtcTime, metadata

stock_pushes = Table(
    "stock_pushes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    Column("listing_id", Integer, ForeignKey("listings.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("was", Integer),  # what the store showed before; NULL: no number
    Column("quantity", Integer, nullable=False),
    Index("ix_stock_pushes_at", "at"),
    Index("ix_stock_pushes_store", "store_id", "at"),
)
