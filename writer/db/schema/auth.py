"""Table of people/auth: wrong tries to sign in."""

from sqlalchemy import Column, Integer, Table, Text

from writer.db.schema.types import UtcTime, metadata

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("name", Text, primary_key=True),  # as typed, case-folded: of a user or of nobody
    Column("address", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("blocked_until", UtcTime),  # NULL: may try at once
)
