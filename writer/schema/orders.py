"""Tables of the orders room: what was ordered, whatever the channel, and what was posted for it."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, false, text

from writer.schema.types import UtcTime, metadata

orders = Table(
    "orders",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id"), nullable=False),
    Column("external_id", Text, nullable=False),
    # hash of WooCommerce's order_key, for an id can be used again after deletion; "" not told
    Column("key_hash", Text, nullable=False, server_default=""),
    Column("number", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", UtcTime),  # date_modified_gmt of the newest snapshot; NULL: never told
    Column("digest", Text, nullable=False),  # of the newest snapshot's content
    Column("created_at", UtcTime, nullable=False),
    Column("paid_at", UtcTime),  # NULL: not paid, as far as told
    Column("counted_at", UtcTime),  # date of this order's rows in the ledger; NULL: none posted yet
    Column("currency", Text, nullable=False),
    Column("total_minor", Integer, nullable=False),
    Column("refunded_minor", Integer, nullable=False, server_default=text("0")),
    Column("customer_name", Text),  # NULL: not told, or erased
    Column("customer_email", Text),  # NULL: not told, or erased
    Column("parent_external_id", Text),  # NULL: an order of its own
    Column("raw", Text),  # the store's JSON; NULL: erased, or kept no longer
    Column("is_trashed", Boolean, nullable=False, server_default=false()),
    Column("needs_reading", Text),  # why the store must be asked by REST; NULL: nothing to ask
    Column("missed", Integer, nullable=False, server_default=text("0")),  # direct looks that found nothing
    Column("recorded_at", UtcTime, nullable=False),
    UniqueConstraint("store_id", "external_id", "key_hash"),
    Index("ix_orders_newest", "created_at", "id"),
    Index("ix_orders_status", "status", "created_at"),
    Index("ix_orders_number", "number"),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("product_id", Integer, nullable=False),  # 0: deleted in the store, or never known
    Column("variation_id", Integer, nullable=False),  # 0: no variation
    Column("sku", Text, nullable=False),  # as last sent; "" none
    Column("sku_key", Text, nullable=False, index=True),  # the SKU as stock compares it
    Column("name", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("refunded", Integer, nullable=False, server_default=text("0")),
    Column("restocked", Integer, nullable=False, server_default=text("0")),
    Column("store_reduced", Integer),  # what the store itself holds out; NULL: not told
    Column("total_minor", Integer, nullable=False),
    Column("model", Text),  # pinned at the first match; NULL: matches no rule
    Column("variant", Text),  # NULL as model
    Column("stock_product_id", Integer),  # pinned at the first match; NULL: no counted product
    Column("sold_due", Integer, nullable=False, server_default=text("0")),
    Column("sold", Integer, nullable=False, server_default=text("0")),  # posted to the ledger
    Column("held_due", Integer, nullable=False, server_default=text("0")),
    Column("held", Integer, nullable=False, server_default=text("0")),  # taken out of stock
    Column("problem", Text),  # why the line waits for review; NULL: fine
    Column("is_removed", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("order_id", "external_id"),
    Index("ix_order_lines_unmatched", "model", "id"),
)

order_refunds = Table(
    "order_refunds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("total_minor", Integer, nullable=False),
    Column("lines", Text),  # JSON {line id: units}; NULL: not read from the store yet
    Column("is_gone", Boolean, nullable=False, server_default=false()),  # deleted in the store
    UniqueConstraint("order_id", "external_id"),
)

order_events = Table(
    "order_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("cause", Text, nullable=False),  # "delivery 12", "poll", "rule added by admin"
    Column("status", Text, nullable=False),
    Column("sentence", Text, nullable=False),  # why it is counted as it is
)

product_skus = Table(
    "product_skus",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", Integer, nullable=False),
    Column("variation_id", Integer, nullable=False),
    Column("sku", Text, nullable=False),  # what the owner says this product is
    UniqueConstraint("store_id", "product_id", "variation_id"),
)
