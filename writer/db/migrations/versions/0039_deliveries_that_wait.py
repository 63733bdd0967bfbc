"""Deliveries that wait to be processed, or for somebody, are found by store, however many there are.

Revision 0039, after 0038.
"""

from alembic import op
from sqlalchemy import text

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes of those few."""
    _of_some("ix_deliveries_waiting", "next_attempt_at IS NOT NULL")
    _of_some("ix_deliveries_trouble", "outcome IN ('failed', 'held')")


def _of_some(name: str, which: str) -> None:
    op.create_index(name, "deliveries", ["store_id"], sqlite_where=text(which), postgresql_where=text(which))
