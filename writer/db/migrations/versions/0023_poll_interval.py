"""How often the worker polls the orders of each store.

Revision 0023, after 0022.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the setting; every store there is gets the default."""
    op.add_column("stores", sa.Column("poll_interval_s", sa.Integer, nullable=False, server_default="15"))
