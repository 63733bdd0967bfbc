"""Accounts and audit: people, tokens, who changed what.

Revision 0001, after nothing.
"""

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    false,
    true,
)

from writer.db.schema.types import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "users",
        Column("id", Integer, primary_key=True),
        Column("name", Text, nullable=False, unique=True),
        Column("password_hash", Text, nullable=False),
        Column("role", Text, CheckConstraint("role IN ('admin', 'staff')", name="role"), nullable=False),
        Column("must_change_password", Boolean, nullable=False, server_default=false()),
        Column("is_active", Boolean, nullable=False, server_default=true()),
        Column("created_at", UtcTime, nullable=False),
    )
    op.create_table(
        "sign_ins",
        Column("id", Integer, primary_key=True),
        Column("token_hash", Text, nullable=False, unique=True),
        Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("created_at", UtcTime, nullable=False),
        Column("expires_at", UtcTime, nullable=False),
        Column("address", Text, nullable=False),
        Column("agent", Text, nullable=False),
    )
    op.create_table(
        "sign_in_failures",
        Column("name", Text, primary_key=True),
        Column("address", Text, primary_key=True),
        Column("failures", Integer, nullable=False),
        Column("last_at", UtcTime, nullable=False),
        Column("blocked_until", UtcTime),
    )
    op.create_table(
        "api_tokens",
        Column("id", Integer, primary_key=True),
        Column("name", Text, nullable=False),
        Column("token_hash", Text, nullable=False, unique=True),
        Column("scope", Text, CheckConstraint("scope IN ('read', 'write')", name="scope"), nullable=False),
        Column("created_by", Text, nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("last_used_at", UtcTime),
        Column("revoked_at", UtcTime),
    )
    op.create_table(
        "idempotency_keys",
        Column("owner", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("request_hash", Text, nullable=False),
        Column("status", Integer, nullable=False),
        Column("answer", Text, nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Index(None, "created_at"),
    )
    op.create_table(
        "audit_entries",
        Column("id", Integer, primary_key=True),
        Column("at", UtcTime, nullable=False),
        Column("actor", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("before", Text),
        Column("after", Text),
        Index(None, "subject"),
        Index(None, "at"),
    )
    op.create_table(
        "notices",
        Column("id", Integer, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("sentence", Text, nullable=False),
        Column("link", Text),
        Column("times", Integer, nullable=False),
        Column("first_at", UtcTime, nullable=False),
        Column("last_at", UtcTime, nullable=False),
        Column("closed_at", UtcTime),
        Column("closed_by", Text),
        UniqueConstraint("kind", "subject"),
    )
