"""Orders by the order above them: every new order asks whether there are any below it.

Revision 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index, of those alone that have an order above them."""
    has_parent = sa.text("parent_external_id IS NOT NULL")
    op.create_index(
        "ix_orders_parent",
        "orders",
        ["store_id", "parent_external_id"],
        sqlite_where=has_parent,
        postgresql_where=has_parent,
    )
