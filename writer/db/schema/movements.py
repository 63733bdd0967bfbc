"""Tables of stock/movements: every change of a count, what was received or counted together, sent forms."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from writer.db.schema.types import UtcTime, metadata


def _where_known(column: str) -> dict[str, Any]:
    """Return the condition of an index that leaves out the many rows that have nothing in this column."""
    is_known = text(f"{column} IS NOT NULL")
    return {"sqlite_where": is_known, "postgresql_where": is_known}


# Several movements that were recorded together: a delivery that came in, a stock count.
stock_documents = Table(
    "stock_documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, CheckConstraint("kind IN ('receipt', 'stock take')", name="kind"), nullable=False),
    Column("at", UtcTime, nullable=False),  # when it came in or was counted
    Column("recorded_at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("delivery_note", Text, nullable=False, server_default=""),  # its number, of a receipt
    Column("supplier", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    # The document that this one takes back; NULL: none
    Column("takes_back_id", Integer, ForeignKey("stock_documents.id")),
    Index("ix_stock_documents_kind", "kind", "id"),
    Index("ix_stock_documents_taken_back", "takes_back_id", unique=True, **_where_known("takes_back_id")),
)

# What a stock count found, also where it found what was expected.
stock_count_lines = Table(
    "stock_count_lines",
    metadata,
    Column("document_id", Integer, ForeignKey("stock_documents.id"), primary_key=True),
    Column("stock_product_id", Integer, ForeignKey("products.id"), primary_key=True),
    Column("counted", Integer, nullable=False),
    Column("expected", Integer, nullable=False),  # on hand at the time of the count
    Column("version", Integer, nullable=False),  # the product's when the count was recorded
    Index("ix_stock_count_lines_product", "stock_product_id", "document_id"),
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
    Column("document_id", Integer, ForeignKey("stock_documents.id")),  # NULL: recorded by itself
    # The movement that this one takes back, with its kind and time; NULL: none
    Column("takes_back_id", Integer, ForeignKey("movements.id")),
    CheckConstraint("quantity <> 0", name="quantity"),
    UniqueConstraint("stock_product_id", "version"),
    Index("ix_movements_product", "stock_product_id", "id"),
    # quantity at the end: sums over a product's kinds and times never touch the rows themselves
    Index("ix_movements_kind", "stock_product_id", "kind", "at", "quantity"),
    Index("ix_movements_recorded", "recorded_at"),
    Index("ix_movements_order_line", "order_line_id"),
    Index("ix_movements_sale", "sale_id"),
    Index("ix_movements_document", "document_id", **_where_known("document_id")),
    Index("ix_movements_taken_back", "takes_back_id", unique=True, **_where_known("takes_back_id")),
)

# Units sold less cancelled ones, by product and UTC day (days since 1970), kept by triggers of movements: how
# fast a product sells is asked of whole lists.
sold_days = Table(
    "sold_days",
    metadata,
    Column("stock_product_id", Integer, ForeignKey("products.id"), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("units", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Which forms were already sent: a double click must move stock once. Kept for a day.
stock_forms = Table(
    "stock_forms",
    metadata,
    Column("token", Text, primary_key=True),  # random, in a hidden field of the form
    Column("sent_at", UtcTime, nullable=False),
    Index("ix_stock_forms_sent", "sent_at"),
)
