"""How the tasks of the worker go.

Revision 0019, after 0018.
"""

import sqlalchemy as sa
from alembic import op

from writer.db.schema.types import UtcTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, with nothing in it: the worker fills it."""
    op.create_table(
        "worker_tasks",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("heartbeat_at", UtcTime),
        sa.Column("last_round_at", UtcTime),
        sa.Column("failed_at", UtcTime),
        sa.Column("error", sa.Text),
    )
