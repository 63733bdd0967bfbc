"""Columns of orders and their lines are named as what they hold.

Revision 0021, after 0020.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COLUMNS = {
    "orders": {"version": "changed_at", "digest": "snapshot_hash"},
    "order_lines": {
        "held": "taken",
        "held_due": "taken_due",
        "sold_aside": "sold_before_trash",
        "held_aside": "taken_before_trash",
    },
}


def upgrade() -> None:
    """Rename them; both databases carry the generated column, indexes and triggers along."""
    for table, names in COLUMNS.items():
        for before, after in names.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {before} TO {after}")
