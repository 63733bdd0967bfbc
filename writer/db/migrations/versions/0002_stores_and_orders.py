"""Stores and orders: what was ordered, and what each store delivered.

Revision 0002, after 0001.
"""

from alembic import op
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Text, UniqueConstraint, false, text, true

from writer.db.schema.types import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "stores",
        Column("id", Integer, primary_key=True),
        Column("name", Text, nullable=False),
        Column("source", Text, nullable=False, unique=True),
        Column("is_active", Boolean, nullable=False, server_default=true()),
        Column("created_at", UtcTime, nullable=False),
        Column("shared_secret_until", UtcTime),
        Column("counts_on_hold", Boolean, nullable=False, server_default=false()),
        Column("paid_statuses", Text, nullable=False, server_default=""),
        Column("last_contact_at", UtcTime),
        Column("rejected", Integer, nullable=False, server_default=text("0")),
        Column("rejected_at", UtcTime),
    )
    op.create_table(
        "store_secrets",
        Column("id", Integer, primary_key=True),
        Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("secret_encrypted", Text, nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("valid_until", UtcTime),
    )
    op.create_table(
        "product_skus",
        Column("id", Integer, primary_key=True),
        Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
        Column("product_id", Integer, nullable=False),
        Column("variation_id", Integer, nullable=False),
        Column("sku", Text, nullable=False),
        UniqueConstraint("store_id", "product_id", "variation_id"),
    )
    op.create_table(
        "orders",
        Column("id", Integer, primary_key=True),
        Column("store_id", Integer, ForeignKey("stores.id"), nullable=False),
        Column("external_id", Text, nullable=False),
        Column("key_hash", Text, nullable=False, server_default=""),
        Column("number", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("version", UtcTime),
        Column("digest", Text, nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("paid_at", UtcTime),
        Column("counted_at", UtcTime),
        Column("currency", Text, nullable=False),
        Column("total_minor", Integer, nullable=False),
        Column("refunded_minor", Integer, nullable=False, server_default=text("0")),
        Column("customer_name", Text),
        Column("customer_email", Text),
        Column("parent_external_id", Text),
        Column("raw", Text),
        Column("is_trashed", Boolean, nullable=False, server_default=false()),
        Column("needs_reading", Text),
        Column("missed", Integer, nullable=False, server_default=text("0")),
        Column("recorded_at", UtcTime, nullable=False),
        UniqueConstraint("store_id", "external_id", "key_hash"),
        Index("ix_orders_newest", "created_at", "id"),
        Index("ix_orders_status", "status", "created_at"),
        Index("ix_orders_number", "number"),
    )
    op.create_table(
        "order_lines",
        Column("id", Integer, primary_key=True),
        Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
        Column("external_id", Text, nullable=False),
        Column("product_id", Integer, nullable=False),
        Column("variation_id", Integer, nullable=False),
        Column("sku", Text, nullable=False),
        Column("sku_key", Text, nullable=False, index=True),
        Column("name", Text, nullable=False),
        Column("quantity", Integer, nullable=False),
        Column("refunded", Integer, nullable=False, server_default=text("0")),
        Column("restocked", Integer, nullable=False, server_default=text("0")),
        Column("store_reduced", Integer),
        Column("total_minor", Integer, nullable=False),
        Column("model", Text),
        Column("variant", Text),
        Column("stock_product_id", Integer),
        Column("sold_due", Integer, nullable=False, server_default=text("0")),
        Column("sold", Integer, nullable=False, server_default=text("0")),
        Column("held_due", Integer, nullable=False, server_default=text("0")),
        Column("held", Integer, nullable=False, server_default=text("0")),
        Column("problem", Text),
        Column("is_removed", Boolean, nullable=False, server_default=false()),
        UniqueConstraint("order_id", "external_id"),
        Index("ix_order_lines_unmatched", "model", "id"),
    )
    op.create_table(
        "order_refunds",
        Column("id", Integer, primary_key=True),
        Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
        Column("external_id", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("total_minor", Integer, nullable=False),
        Column("lines", Text),
        Column("is_gone", Boolean, nullable=False, server_default=false()),
        UniqueConstraint("order_id", "external_id"),
    )
    op.create_table(
        "order_events",
        Column("id", Integer, primary_key=True),
        Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("at", UtcTime, nullable=False),
        Column("cause", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("sentence", Text, nullable=False),
    )
