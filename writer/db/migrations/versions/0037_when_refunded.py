"""When an order was refunded, and how many units each event of an order counted.

Revision 0037, after 0036.
"""

import sqlalchemy as sa
from alembic import op

from writer.db.schema.types import UtcTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of what was recorded before, neither is known."""
    op.add_column("order_refunds", sa.Column("made_at", UtcTime))
    op.add_column("order_events", sa.Column("sold", sa.Integer))
    op.add_column("order_events", sa.Column("taken", sa.Integer))
