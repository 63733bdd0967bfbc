"""When a listing whose number nothing explained is looked at for the second time.

Revision 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op

from writer.db.schema.types import UtcTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; without a value a listing is looked at with the next push, as before."""
    op.add_column("listings", sa.Column("looked_version", sa.Integer))
    op.add_column("listings", sa.Column("look_again_at", UtcTime))
