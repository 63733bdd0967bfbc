"""Movements by product, kind and time: what stock was at a time, what sold lately, when it was counted.

Revision 0012, after 0011.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index; quantity stands at its end, so that sums never touch the rows themselves."""
    op.create_index("ix_movements_kind", "movements", ["stock_product_id", "kind", "at", "quantity"])
