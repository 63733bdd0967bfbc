"""What a product counts as: the choice of the installation, and decisions that can be taken back.

Each line of an order keeps which decision said what it counts as. A sale by hand can have a price.

Revision 0032, after 0031.
"""

import sqlalchemy as sa
from alembic import op

from writer.db.schema.types import UtcTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

# A database with any of these was in use before: there only SKU rules say what counts.
IN_USE = ("users", "stores", "sales", "orders", "products")


def upgrade() -> None:
    """Make the tables; a database that is in use goes on counting by its SKU rules alone."""
    op.create_table(
        "counting",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True),
        sa.Column(
            "counts_as", sa.Text, sa.CheckConstraint("counts_as IN ('itself', 'types')", name="counts_as")
        ),
    )
    is_used = " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in IN_USE)
    op.execute(f"INSERT INTO counting (id, counts_as) SELECT 1, CASE WHEN {is_used} THEN 'types' END")
    op.create_table(
        "sortings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("details", sa.Text, nullable=False),
        sa.Column("store_id", sa.Integer, sa.ForeignKey("stores.id", ondelete="CASCADE")),
        sa.Column("lines", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("is_finished", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("taken_back_at", UtcTime),
        sa.Column("taken_back_by", sa.Text),
        sa.Index(
            "ix_sortings_unfinished",
            "id",
            sqlite_where=sa.text("NOT is_finished"),
            postgresql_where=sa.text("NOT is_finished"),
        ),
        sqlite_autoincrement=True,
    )
    op.add_column("sku_rules", sa.Column("sorting_id", sa.Integer))
    op.add_column("product_skus", sa.Column("sorting_id", sa.Integer))
    for name in ("type_rule_by", "type_said_by", "product_said_by"):
        op.add_column("order_lines", sa.Column(name, sa.Integer))
        decided = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_order_lines_{name}", "order_lines", [name], sqlite_where=decided, postgresql_where=decided
        )
    op.add_column("sales", sa.Column("price_minor", sa.BigInteger))
    op.add_column("sales", sa.Column("currency", sa.Text))
