"""Tables of sales/ledger: the ledger of units sold."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from writer.db.schema.types import UtcTime, metadata, utc_now

# id ... date_added are the earlier service's own columns: scripts and the sqlite3 shell go on using them,
# so each of the others must have a default.
sales = Table(
    "sales",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("quantity", Integer, nullable=False, server_default=text("1")),  # negative: a correction
    Column("seller", Text, nullable=False, server_default=""),
    Column("notes", Text, nullable=False, server_default=""),
    Column("date_added", UtcTime, nullable=False, server_default=utc_now()),
    Column(
        "source",
        Text,
        CheckConstraint("source IN ('form', 'api', 'order', 'file', 'shell')", name="source"),
        nullable=False,
        server_default="shell",
    ),
    Column("sku", Text),  # NULL: not said which product, only model and variant
    # NULL: entered by hand; else the line whose difference this row is, never edited
    Column("order_line_id", Integer, ForeignKey("order_lines.id")),
    Column("updated_at", UtcTime),  # NULL: as it was entered
    Column("store_id", Integer),  # whose order it follows, for who may see it; NULL: entered by hand
    Column("price_minor", BigInteger),  # of one unit, as entered by hand; NULL: not said
    Column("currency", Text),  # NULL as price_minor
    CheckConstraint("quantity BETWEEN -1000000000 AND 1000000000", name="quantity"),
    # quantity at the end: sums over dates or types then never touch the rows themselves
    Index("ix_sales_newest", "date_added", "id", "quantity"),
    Index("ix_sales_order_line", "order_line_id"),
    Index("ix_sales_type", "model", "variant", "date_added", "id", "quantity"),
    sqlite_autoincrement=True,
)

# Which forms were already sent: a double click must make one sale. Kept for a day.
sale_forms = Table(
    "sale_forms",
    metadata,
    Column("token", Text, primary_key=True),  # random, in a hidden field of the form
    Column("sale_id", Integer, nullable=False),
    Column("sent_at", UtcTime, nullable=False),
    Index("ix_sale_forms_sent", "sent_at"),
)
