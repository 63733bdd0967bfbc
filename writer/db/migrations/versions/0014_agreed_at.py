"""When a listing last agreed with what its store was told: orders from before may not show in its number.

Revision 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

from writer.db.schema.types import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time; of what was pushed before, it is when that was written."""
    op.add_column("listings", sa.Column("agreed_at", UtcTime))
    op.execute("UPDATE listings SET agreed_at = pushed_at")
