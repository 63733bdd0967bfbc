"""No index of all orders begins with is_cached: SQLite took it for a choice of few, and sorted a million.

Revision 0040, after 0039.
"""

from alembic import op
from sqlalchemy import text

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

REFUNDED = text("refunded_minor > 0 OR status = 'refunded'")


def upgrade() -> None:
    """Make two indexes anew: what is kept by date alone, what was refunded so that lists of it find it."""
    op.drop_index("ix_orders_cached", "orders")
    op.create_index(
        "ix_orders_cached",
        "orders",
        ["created_at"],
        sqlite_where=text("is_cached = 1"),
        postgresql_where=text("is_cached"),
    )
    op.drop_index("ix_orders_refunded", "orders")
    op.create_index(
        "ix_orders_refunded",
        "orders",
        ["is_cached", "created_at", "id", "store_id", "status"],
        sqlite_where=REFUNDED,
        postgresql_where=REFUNDED,
    )
