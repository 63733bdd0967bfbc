"""What happened in stores is found by its time, newest first; each number that a store took is kept.

Revision 0029, after 0028.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from writer.db.schema.types import UtcTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of pushes, and indexes of the other kinds of activity."""
    op.create_table(
        "stock_pushes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("store_id", sa.Integer, sa.ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
        sa.Column("listing_id", sa.Integer, sa.ForeignKey("listings.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("was", sa.Integer),
        sa.Column("quantity", sa.Integer, nullable=False),
    )
    op.create_index("ix_stock_pushes_at", "stock_pushes", ["at"])
    op.create_index("ix_stock_pushes_store", "stock_pushes", ["store_id", "at"])
    op.create_index("ix_deliveries_store", "deliveries", ["store_id", "received_at"])
    _of_some("ix_deliveries_odd", "deliveries", ["outcome", "received_at"], "outcome <> 'recorded'")
    op.create_index("ix_sync_run_stores_started", "sync_run_stores", ["started_at"])
    op.create_index("ix_failures_last", "failures", ["last_at"])
    _of_some("ix_stock_differences_asked", "stock_differences", ["listing_id"], "decided_at IS NULL")


def _of_some(name: str, table: str, columns: list[str], which: str) -> None:
    op.create_index(name, table, columns, sqlite_where=text(which), postgresql_where=text(which))
