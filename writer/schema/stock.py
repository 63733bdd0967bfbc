"""Tables of the stock room: one count per SKU, and every movement that made it."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from writer.schema.types import UtcTime, metadata

products = Table(
    "products",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sku", Text, nullable=False),  # as the owner writes it
    Column("sku_key", Text, nullable=False, unique=True),  # trimmed, case-folded, NFC
    Column("name", Text, nullable=False, server_default=""),
    Column("model", Text),  # NULL: counts for no total by itself, the SKU rules decide
    Column("variant", Text),  # NULL as model
    Column("lead_time_days", Integer),  # NULL: not known
    Column("reorder_point", Integer),  # NULL: no low-stock notice
    Column("allows_backorders", Boolean, nullable=False, server_default=false()),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("on_hand", Integer, nullable=False, server_default=text("0")),  # always the sum of its movements
    Column("set_aside", Integer, nullable=False, server_default=text("0")),  # reserved by the owner
    Column("version", Integer, nullable=False, server_default=text("1")),  # rises with every change
    Column("is_low", Boolean, nullable=False, server_default=false()),
    Column("low_untold", Boolean, nullable=False, server_default=false()),  # NOTIFY_URL not told yet
    # orders made before this were part of the first count: they move no stock
    Column("counted_from", UtcTime, nullable=False),
    CheckConstraint("set_aside >= 0", name="set_aside"),
)

product_aliases = Table(
    "product_aliases",
    metadata,
    Column("sku_key", Text, primary_key=True),
    Column("stock_product_id", Integer, ForeignKey("products.id", ondelete="CASCADE"), nullable=False),
)

movements = Table(
    "movements",
    metadata,
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
    Column("at", UtcTime, nullable=False),  # when it happened, which may be before it was recorded
    Column("recorded_at", UtcTime, nullable=False),
    Column("on_hand_after", Integer, nullable=False),
    Column("version", Integer, nullable=False),  # the product's after this movement
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("order_line_id", Integer, ForeignKey("order_lines.id")),  # NULL: no order caused it
    Column("sale_id", Integer),  # a sale entered by hand, which may be deleted since; NULL: none
    Column("store_id", Integer, ForeignKey("stores.id")),  # NULL: no store caused it
    CheckConstraint("quantity <> 0", name="quantity"),
    UniqueConstraint("stock_product_id", "version"),
    Index("ix_movements_product", "stock_product_id", "id"),
    # quantity at the end: sums over a product's kinds and times never touch the rows themselves
    Index("ix_movements_kind", "stock_product_id", "kind", "at", "quantity"),
    Index("ix_movements_recorded", "recorded_at"),
    Index("ix_movements_order_line", "order_line_id"),
    Index("ix_movements_sale", "sale_id"),
)

# Which forms were already sent: a double click must move stock once. Kept for a day.
stock_forms = Table(
    "stock_forms",
    metadata,
    Column("token", Text, primary_key=True),  # random, in a hidden field of the form
    Column("sent_at", UtcTime, nullable=False),
    Index("ix_stock_forms_sent", "sent_at"),
)
