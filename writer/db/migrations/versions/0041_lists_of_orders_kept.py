"""The index of kept orders holds is_cached, so that clean-up reads it and not the index of all orders.

Revision 0041, after 0040.
"""

from alembic import op
from sqlalchemy import text

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index anew."""
    op.drop_index("ix_orders_cached", "orders")
    op.create_index(
        "ix_orders_cached",
        "orders",
        ["created_at", "is_cached"],
        sqlite_where=text("is_cached = 1"),
        postgresql_where=text("is_cached"),
    )
