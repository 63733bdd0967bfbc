"""What the list of orders and the customers are read by: where a parcel goes, refunds, saved views.

Revision 0035, after 0034.
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from writer.db.schema.types import UtcTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

FILTERED = ["id", "store_id", "status", "is_cached"]
BEGINNINGS = {"customer_email": "text_pattern_ops"}


def upgrade() -> None:
    """Add the country of each order, the indexes, and the table of saved views."""
    op.add_column("orders", sa.Column("ship_country", sa.Text))
    _fill_countries()
    _of_some("ix_orders_by_country", ["ship_country", "created_at", *FILTERED], "ship_country IS NOT NULL")
    _of_some("ix_orders_refunded", ["created_at", *FILTERED], "refunded_minor > 0 OR status = 'refunded'")
    op.drop_index("ix_orders_customer_email", "orders")
    op.create_index(
        "ix_orders_customer_email",
        "orders",
        ["customer_email", "created_at", *FILTERED],
        postgresql_ops=BEGINNINGS,
    )
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.UniqueConstraint("user_id", "name"),
    )


def _of_some(name: str, columns: list[str], which: str) -> None:
    op.create_index(name, "orders", columns, sqlite_where=text(which), postgresql_where=text(which))


def _fill_countries() -> None:
    """Copy the country out of each address that is known, address by address, for few are without one."""
    bind = op.get_bind()
    known = bind.execute(text("SELECT id, ship_to FROM orders WHERE ship_to IS NOT NULL")).all()
    rows = [{"id": row.id, "country": json.loads(row.ship_to).get("country")} for row in known]
    if rows:
        bind.execute(text("UPDATE orders SET ship_country = :country WHERE id = :id"), rows)
