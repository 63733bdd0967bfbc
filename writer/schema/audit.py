"""Tables of the audit room: who changed what, and what a person should look at."""

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint

from writer.schema.types import UtcTime, metadata

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

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # with kind: raised once, counted again
    Column("sentence", Text, nullable=False),
    Column("link", Text),  # path of the page to look at; NULL: none
    Column("times", Integer, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),  # NULL: open
    Column("closed_by", Text),  # NULL: open, or closed by the product itself
    Column("store_id", Integer),  # whoever may see this store sees the notice; NULL: it is about none
    # what people are told who may not see every store; NULL: nothing, unless they see store_id
    Column("plain", Text),
    UniqueConstraint("kind", "subject"),
)
