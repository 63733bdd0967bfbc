"""The table of orders/to_sort: what was decided about products that nothing here knew, to be taken back."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, false, text

from writer.db.schema.types import UtcTime, metadata

sortings = Table(
    "sortings",
    metadata,
    Column("id", Integer, primary_key=True),  # never used again: lines name it
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),  # as in the audit trail; each source may have its own
    Column("subject", Text, nullable=False),  # the SKU or product, as a person reads it
    Column("details", Text, nullable=False),  # JSON: what was there before, and what is there since
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE")),  # NULL: of all stores
    Column("lines", Integer, nullable=False, server_default=text("0")),  # order lines it changed so far
    # false: order lines are still to follow, what was decided or that it was taken back
    Column("is_finished", Boolean, nullable=False, server_default=false()),
    Column("taken_back_at", UtcTime),  # NULL: it holds
    Column("taken_back_by", Text),  # NULL: it holds
    Index(
        "ix_sortings_unfinished",
        "id",
        sqlite_where=text("NOT is_finished"),
        postgresql_where=text("NOT is_finished"),
    ),
    sqlite_autoincrement=True,
)
