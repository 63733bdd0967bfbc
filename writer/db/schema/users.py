"""Tables of people/users: users, sign-ins, API tokens, and the stores that each may see."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from writer.db.schema.types import UtcTime, metadata

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # case-folded
    Column("password_hash", Text, nullable=False),
    Column("role", Text, CheckConstraint("role IN ('admin', 'staff')", name="role"), nullable=False),
    Column("must_change_password", Boolean, nullable=False, server_default=false()),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("created_at", UtcTime, nullable=False),
    Column("theme", Text, CheckConstraint("theme IN ('light', 'dark')", name="theme")),  # NULL: as the system
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),  # SHA-256 of what the cookie holds
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    # 'session': a browser's cookie; 'access': a program's short-lived token
    Column("kind", Text, nullable=False, server_default="session"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("scope", Text, CheckConstraint("scope IN ('read', 'write')", name="scope"), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),  # NULL: never used
    Column("revoked_at", UtcTime),  # NULL: valid
)

store_grants = Table(
    "store_grants",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE")),  # NULL: a token's
    Column("token_id", Integer, ForeignKey("api_tokens.id", ondelete="CASCADE")),  # NULL: a user's
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    CheckConstraint("(user_id IS NULL) <> (token_id IS NULL)", name="one_owner"),
    UniqueConstraint("user_id", "store_id"),
    UniqueConstraint("token_id", "store_id"),
)
