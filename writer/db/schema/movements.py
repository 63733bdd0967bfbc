"""Tables of stock/movements: every change of a count, and the tokens of sent forms."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from writer.db.schema.types import UtcTime, metadata

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
