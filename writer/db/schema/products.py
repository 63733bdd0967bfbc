"""Tables of stock/products: one row for each counted SKU, with its count and settings."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    false,
    text,
    true,
)

from writer.db.schema.types import UtcTime, metadata

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
