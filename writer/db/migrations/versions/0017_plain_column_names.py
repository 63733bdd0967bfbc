"""Columns whose names misled are named as what they hold; what was called drift is a stock difference.

Revision 0017, after 0016.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = {
    "listings": {
        "shown": "shown_quantity",
        "pushed": "confirmed_quantity",
        "pushed_version": "handled_version",
        "pushed_at": "written_at",
        "agreed_at": "confirmed_at",
        "intended": "sending_quantity",
        "needs_look": "needs_check",
        "drift_by": "unexplained_by",
        "drift_at": "unexplained_at",
        "writes": "write_count",
        "writes_since": "first_write_at",
        "not_before": "retry_at",
        "seen_at": "listed_at",
    },
    "stores": {
        "rejected": "rejected_signatures",
        "drift_policy": "difference_policy",
        "push_reason": "pause_reason",
        "refusals": "key_refusals",
        "failures": "failures_in_a_row",
        "not_before": "next_call_at",
        "checked_at": "webhooks_checked_at",
        "doctor_says": "webhook_problems",
    },
    "stock_differences": {
        "ours": "expected_quantity",
        "theirs": "shown_quantity",
        "settled_at": "decided_at",
        "settled_by": "decided_by",
    },
}


def upgrade() -> None:
    """Rename them; both databases carry indexes, defaults and checks along."""
    op.rename_table("drifts", "stock_differences")
    op.drop_index("ix_drifts_listing_id", "stock_differences")
    op.create_index("ix_stock_differences_listing_id", "stock_differences", ["listing_id"])
    for table, names in COLUMNS.items():
        for before, after in names.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {before} TO {after}")
