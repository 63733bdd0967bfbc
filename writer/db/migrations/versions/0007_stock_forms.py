"""Stock forms: which were already sent, so that a double click moves stock once.

Revision 0007, after 0006.
"""

from alembic import op
from sqlalchemy import Column, Index, Text

from writer.db.schema.types import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "stock_forms",
        Column("token", Text, primary_key=True),
        Column("sent_at", UtcTime, nullable=False),
        Index("ix_stock_forms_sent", "sent_at"),
    )
