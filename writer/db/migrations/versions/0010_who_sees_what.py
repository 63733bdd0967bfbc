"""Who sees what: the store behind a row of the ledger and behind a notice.

Revision 0010, after 0009. Open notices name no store, so only admins see them until they are raised again.
"""

from alembic import op
from sqlalchemy import Column, Integer, Text

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen ledger and notices, and name the store of what orders have posted."""
    # Without a foreign key: SQLite would copy the whole ledger for one, and lose its triggers.
    op.add_column("sales", Column("store_id", Integer))
    op.execute(
        "UPDATE sales SET store_id = (SELECT o.store_id FROM order_lines l JOIN orders o ON o.id = l.order_id"
        " WHERE l.id = sales.order_line_id) WHERE order_line_id IS NOT NULL"
    )
    op.add_column("notices", Column("store_id", Integer))
    op.add_column("notices", Column("plain", Text))
