"""Table of people/idempotency: answers for repeated requests."""

from sqlalchemy import Column, Index, Integer, Table, Text

from writer.db.schema.types import UtcTime, metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index(None, "created_at"),
)
