"""Table of orders/saved_views: the lists of orders that a person gave a name."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from writer.db.schema.types import UtcTime, metadata

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),  # the query string of the list, without its place in it
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("user_id", "name"),
)
