"""What a line counted as before its order went to the trash; and on PostgreSQL amounts beyond 31 bits.

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AMOUNTS = {
    "orders": ("total_minor", "refunded_minor", "net_minor"),
    "order_lines": ("total_minor",),
    "order_refunds": ("total_minor",),
    "order_counts": ("bucket",),
}


def upgrade() -> None:
    """Add the columns; of orders that are in the trash already nothing is known."""
    op.add_column("order_lines", sa.Column("sold_aside", sa.Integer))
    op.add_column("order_lines", sa.Column("held_aside", sa.Integer))
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in AMOUNTS.items():
            for column in columns:
                op.alter_column(table, column, type_=sa.BigInteger)
