"""Stock: one count per SKU, movements, and what each store is told.

Revision 0006, after 0005.
"""

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from writer.db.schema.types import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of the stock room and of pushing; tell stores apart by how they are pushed to."""
    op.create_table(
        "products",
        Column("id", Integer, primary_key=True),
        Column("sku", Text, nullable=False),
        Column("sku_key", Text, nullable=False, unique=True),
        Column("name", Text, nullable=False, server_default=""),
        Column("model", Text),
        Column("variant", Text),
        Column("lead_time_days", Integer),
        Column("reorder_point", Integer),
        Column("allows_backorders", Boolean, nullable=False, server_default=false()),
        Column("is_active", Boolean, nullable=False, server_default=true()),
        Column("on_hand", Integer, nullable=False, server_default=text("0")),
        Column("set_aside", Integer, nullable=False, server_default=text("0")),
        Column("version", Integer, nullable=False, server_default=text("1")),
        Column("is_low", Boolean, nullable=False, server_default=false()),
        Column("low_untold", Boolean, nullable=False, server_default=false()),
        Column("counted_from", UtcTime, nullable=False),
        CheckConstraint("set_aside >= 0", name="set_aside"),
    )
    op.create_table(
        "product_aliases",
        Column("sku_key", Text, primary_key=True),
        Column("stock_product_id", Integer, ForeignKey("products.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_table(
        "movements",
        Column("id", Integer, primary_key=True),
        Column("stock_product_id", Integer, ForeignKey("products.id"), nullable=False),
        Column("quantity", Integer, nullable=False),
        Column(
            "kind",
            Text,
            CheckConstraint(
                "kind IN ('sale', 'refund', 'cancellation', 'receipt', 'adjustment', 'stock take', 'drift')",
                name="kind",
            ),
            nullable=False,
        ),
        Column("at", UtcTime, nullable=False),
        Column("recorded_at", UtcTime, nullable=False),
        Column("on_hand_after", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("actor", Text, nullable=False),
        Column("note", Text, nullable=False, server_default=""),
        Column("order_line_id", Integer, ForeignKey("order_lines.id")),
        Column("sale_id", Integer),
        Column("store_id", Integer, ForeignKey("stores.id")),
        CheckConstraint("quantity <> 0", name="quantity"),
        UniqueConstraint("stock_product_id", "version"),
        Index("ix_movements_product", "stock_product_id", "id"),
        Index("ix_movements_recorded", "recorded_at"),
        Index("ix_movements_order_line", "order_line_id"),
        Index("ix_movements_sale", "sale_id"),
    )
    _widen_stores()
    op.create_table(
        "listings",
        Column("id", Integer, primary_key=True),
        Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
        Column("product_id", Integer, nullable=False),
        Column("variation_id", Integer, nullable=False, server_default=text("0")),
        Column("sku", Text, nullable=False, server_default=""),
        Column("name", Text, nullable=False, server_default=""),
        Column("stock_product_id", Integer, ForeignKey("products.id")),
        Column("is_mapped_by_hand", Boolean, nullable=False, server_default=false()),
        Column("manage_stock", Text, nullable=False, server_default="yes"),
        Column("allows_backorders", Boolean, nullable=False, server_default=false()),
        Column("shown", Integer),
        Column("shown_at", UtcTime),
        Column("pushed", Integer),
        Column("pushed_version", Integer, nullable=False, server_default=text("0")),
        Column("pushed_at", UtcTime),
        Column("intended", Integer),
        Column("needs_look", Boolean, nullable=False, server_default=false()),
        Column("drift_by", Integer),
        Column("drift_at", UtcTime),
        Column("writes", Integer, nullable=False, server_default=text("0")),
        Column("writes_since", UtcTime),
        Column("not_before", UtcTime),
        Column("is_gone", Boolean, nullable=False, server_default=false()),
        Column("problem", Text),
        Column("seen_at", UtcTime),
        UniqueConstraint("store_id", "product_id", "variation_id"),
        Index("ix_listings_product", "stock_product_id"),
    )
    op.create_table(
        "failures",
        Column("id", Integer, primary_key=True),
        Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
        Column("listing_id", Integer, ForeignKey("listings.id", ondelete="CASCADE")),
        Column("what", Text, nullable=False),
        Column("sentence", Text, nullable=False),
        Column("times", Integer, nullable=False),
        Column("first_at", UtcTime, nullable=False),
        Column("last_at", UtcTime, nullable=False),
        Column("next_at", UtcTime),
        Column("ended_at", UtcTime),
        Column("ended_by", Text),
        Index("ix_failures_open", "store_id", "ended_at"),
    )
    op.create_table(
        "drifts",
        Column("id", Integer, primary_key=True),
        Column(
            "listing_id", Integer, ForeignKey("listings.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        Column("at", UtcTime, nullable=False),
        Column("ours", Integer, nullable=False),
        Column("theirs", Integer, nullable=False),
        Column("policy", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("settled_at", UtcTime),
        Column("settled_by", Text),
    )


def _widen_stores() -> None:
    op.add_column("stores", Column("site_id", Text))
    op.add_column("stores", Column("base_url", Text))
    op.add_column("stores", Column("consumer_key_encrypted", Text))
    op.add_column("stores", Column("consumer_secret_encrypted", Text))
    op.add_column("stores", Column("auth", Text))
    op.add_column("stores", Column("ca_bundle", Text))
    op.add_column("stores", Column("buffer", Integer, nullable=False, server_default=text("0")))
    op.execute(
        "ALTER TABLE stores ADD COLUMN drift_policy TEXT DEFAULT 'enforce' NOT NULL"
        " CONSTRAINT ck_stores_drift_policy CHECK (drift_policy IN ('enforce', 'adopt', 'ask'))"
    )
    op.add_column("stores", Column("restocks_refunds", Boolean, nullable=False, server_default=true()))
    op.add_column("stores", Column("manages_stock", Boolean, nullable=False, server_default=false()))
    op.execute(
        "ALTER TABLE stores ADD COLUMN push_state TEXT DEFAULT 'off' NOT NULL"
        " CONSTRAINT ck_stores_push_state CHECK (push_state IN ('off', 'on', 'paused'))"
    )
    op.add_column("stores", Column("push_reason", Text))
    op.add_column("stores", Column("mass_change", Text))
    op.add_column("stores", Column("mass_confirmed_at", UtcTime))
    op.add_column("stores", Column("stock_from", UtcTime))
    op.add_column("stores", Column("order_cursor", UtcTime))
    op.add_column("stores", Column("polled_at", UtcTime))
    op.add_column("stores", Column("refusals", Integer, nullable=False, server_default=text("0")))
    op.add_column("stores", Column("failures", Integer, nullable=False, server_default=text("0")))
    op.add_column("stores", Column("last_error", Text))
    op.add_column("stores", Column("not_before", UtcTime))
    op.add_column("stores", Column("checked_at", UtcTime))
    op.add_column("stores", Column("doctor_says", Text))
    op.create_index("ix_stores_site_id", "stores", ["site_id"], unique=True)
