"""How each hour of a store was, so that its last day can be seen at a glance.

Revision 0028, after 0027.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; of hours before nothing is known."""
    op.create_table(
        "store_hours",
        sa.Column("store_id", sa.Integer, sa.ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("hour", sa.Integer, primary_key=True),
        sa.Column(
            "state",
            sa.Text,
            sa.CheckConstraint("state IN ('fine', 'late', 'failed')", name="state"),
            primary_key=True,
        ),
        sqlite_with_rowid=False,
    )
