"""The table of the notices room: what a person should look at."""

from sqlalchemy import Column, Index, Integer, Table, Text, UniqueConstraint, text

from writer.db.schema.types import UtcTime, metadata

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
    Index(
        "ix_notices_open",
        *("kind", "last_at"),
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)
