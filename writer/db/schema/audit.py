"""Table of people/audit: who changed what."""

from sqlalchemy import Column, Index, Integer, Table, Text

from writer.db.schema.types import UtcTime, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),  # "sale.edit", "token.revoke"
    Column("subject", Text, nullable=False),  # "sale 12"
    Column("before", Text),  # JSON; NULL: it did not exist
    Column("after", Text),  # JSON; NULL: it no longer exists
    Index(None, "subject"),
    Index(None, "at"),
)
