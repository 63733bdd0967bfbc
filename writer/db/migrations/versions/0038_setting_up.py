"""Which steps of setting up were ticked by hand; the notices that are open are found at once.

Revision 0038, after 0037.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from writer.db.schema.types import UtcTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table. A shop that has orders already is set up: its Home does not ask."""
    op.create_table(
        "setup_steps",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("done_at", UtcTime, nullable=False),
        sa.Column("done_by", sa.Text, nullable=False),
    )
    op.execute(
        "INSERT INTO setup_steps (name, done_at, done_by)"
        " SELECT 'hidden', (SELECT min(recorded_at) FROM orders), 'upgrade'"
        " WHERE EXISTS (SELECT 1 FROM orders)"
    )
    is_open = text("closed_at IS NULL")
    op.create_index(
        "ix_notices_open", "notices", ["kind", "last_at"], sqlite_where=is_open, postgresql_where=is_open
    )
