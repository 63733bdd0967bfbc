"""Clean-up finds what is old and still kept, however much there is that it has cleaned up before.

Revision 0026, after 0025.
"""

from alembic import op
from sqlalchemy import text

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three indexes of what is kept."""
    op.create_index(
        "ix_orders_cached",
        "orders",
        ["is_cached", "created_at"],
        sqlite_where=text("is_cached = 1"),
        postgresql_where=text("is_cached"),
    )
    _of_kept("ix_orders_raw", "orders", "created_at", "raw IS NOT NULL")
    _of_kept("ix_deliveries_body", "deliveries", "received_at", "body IS NOT NULL")


def _of_kept(name: str, table: str, column: str, which: str) -> None:
    op.create_index(name, table, [column], sqlite_where=text(which), postgresql_where=text(which))
