"""Lines that wait for a counted product, and listings left alone, are found by index; variations that stores
count with their parents are no trouble any more.

Revision 0024, after 0023.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

LEFT_ALONE = "is_mapped_by_hand AND stock_product_id IS NULL"
OF_PARENT = "SELECT id FROM listings WHERE manage_stock = 'parent' AND problem LIKE 'managed by its parent%'"


def upgrade() -> None:
    """Add the indexes; close the failures and notices of listings that their parents stand for."""
    _index("ix_order_lines_uncounted", "order_lines", "product_id", "stock_product_id IS NULL")
    _index("ix_listings_left_alone", "listings", "store_id", LEFT_ALONE)
    op.execute(
        "UPDATE failures SET ended_at = last_at, ended_by = 'its parent is pushed'"
        f" WHERE ended_at IS NULL AND listing_id IN ({OF_PARENT})"
    )
    subjects = OF_PARENT.replace("SELECT id", "SELECT 'listing ' || id")
    op.execute(
        "UPDATE notices SET closed_at = last_at"
        f" WHERE closed_at IS NULL AND kind = 'listing' AND subject IN ({subjects})"
    )
    op.execute(f"UPDATE listings SET problem = NULL WHERE id IN ({OF_PARENT})")


def _index(name: str, table: str, column: str, where: str) -> None:
    found = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=found, postgresql_where=found)
