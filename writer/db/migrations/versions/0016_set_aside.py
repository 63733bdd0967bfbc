"""What a line counted as before its order went to the trash, an index of listings in trouble; and on
PostgreSQL amounts beyond 31 bits.

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AMOUNTS = {
    "orders": ("total_minor", "refunded_minor", "net_minor"),
    "order_lines": ("total_minor",),
    "order_refunds": ("total_minor",),
    "order_counts": ("bucket",),
}


def upgrade() -> None:
    """Add the columns; of orders that are in the trash already nothing is known."""
    op.add_column("order_lines", sa.Column("sold_aside", sa.Integer))
    op.add_column("order_lines", sa.Column("held_aside", sa.Integer))
    is_in_trouble = sa.text("is_gone OR drift_at IS NOT NULL OR problem IS NOT NULL")
    op.create_index(
        "ix_listings_trouble",
        "listings",
        ["store_id"],
        sqlite_where=is_in_trouble,
        postgresql_where=is_in_trouble,
    )
    if op.get_bind().dialect.name == "postgresql":
        _make_wider(op.get_bind())


def _make_wider(bind: sa.Connection) -> None:
    """Give amounts 63 bits; a trigger that names such a column has to stand aside meanwhile."""
    find = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'orders_recount'"
    definition = bind.exec_driver_sql(find).scalar_one()
    op.execute("DROP TRIGGER orders_recount ON orders")
    for table, columns in AMOUNTS.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.BigInteger)
    bind.exec_driver_sql(definition)
