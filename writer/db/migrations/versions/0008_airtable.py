"""Airtable: what it has been told, and how the last try went.

Revision 0008, after 0007.
"""

from alembic import op
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Text, text

from writer.db.schema.types import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "airtable_state",
        Column("id", Integer, CheckConstraint("id = 1", name="id"), primary_key=True),
        Column("stock_target", Text, nullable=False, server_default=""),
        Column("events_target", Text, nullable=False, server_default=""),
        Column("last_movement_id", Integer, nullable=False, server_default=text("0")),
        Column("succeeded_at", UtcTime),
        Column("error", Text),
        Column("failed_at", UtcTime),
        Column("failures", Integer, nullable=False, server_default=text("0")),
        Column("not_before", UtcTime),
    )
    op.create_table(
        "airtable_lines",
        Column("stock_product_id", Integer, ForeignKey("products.id", ondelete="CASCADE"), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("sold_7", Integer, nullable=False),
        Column("sold_30", Integer, nullable=False),
    )
