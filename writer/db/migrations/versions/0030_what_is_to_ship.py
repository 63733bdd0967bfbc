"""What an order to ship needs: where it goes to, what is charged, what is left to ship, notes of staff.

Revision 0030, after 0029.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from writer.db.schema.types import UtcTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

MINOR = sa.Integer().with_variant(sa.BigInteger, "postgresql")
TEXTS = ("ship_to", "phone", "customer_note", "payment_title", "transaction_id", "charges")
TO_SHIP = """
    UPDATE orders SET to_ship = (
        SELECT coalesce(sum(quantity - CASE WHEN refunded > restocked THEN refunded ELSE restocked END), 0)
        FROM order_lines WHERE order_lines.order_id = orders.id AND NOT is_removed
    )
    WHERE store_id = :store_id AND status IN :statuses AND is_cached AND NOT is_trashed
    AND NOT EXISTS (
        SELECT 1 FROM orders AS parents WHERE parents.store_id = orders.store_id
        AND parents.external_id = orders.parent_external_id
    )
"""


def upgrade() -> None:
    """Add the columns; what the raw JSON says is read later, some orders at a time (sync_orders)."""
    for name in TEXTS:
        op.add_column("orders", sa.Column(name, sa.Text))
    for table, name in (
        ("orders", "tax_minor"),
        ("orders", "discount_minor"),
        ("order_lines", "subtotal_minor"),
        ("order_lines", "tax_minor"),
    ):
        op.add_column(table, sa.Column(name, MINOR))
    op.add_column("orders", sa.Column("to_ship", sa.Integer, nullable=False, server_default=text("0")))
    _count_to_ship()
    to_ship, undetailed = text("to_ship > 0"), text("charges IS NULL AND raw IS NOT NULL")
    op.create_index(
        "ix_orders_to_ship",
        "orders",
        ["is_cached", "created_at", "id", "store_id", "status"],
        sqlite_where=to_ship,
        postgresql_where=to_ship,
    )
    op.create_index(
        "ix_orders_undetailed", "orders", ["id"], sqlite_where=undetailed, postgresql_where=undetailed
    )
    op.create_table(
        "order_notes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("order_id", sa.Integer, sa.ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_order_notes_order_id", "order_notes", ["order_id"])


def _count_to_ship() -> None:
    """Count what is to be shipped of the orders whose status counts as paid in their store."""
    bind = op.get_bind()
    update = text(TO_SHIP).bindparams(sa.bindparam("statuses", expanding=True))
    for store_id, mapped in bind.execute(text("SELECT id, paid_statuses FROM stores")).all():
        words = {word.strip().lower().removeprefix("wc-") for word in mapped.split(",")}
        statuses = sorted((words | {"processing"}) - {"", "completed"})
        bind.execute(update, {"store_id": store_id, "statuses": statuses})
