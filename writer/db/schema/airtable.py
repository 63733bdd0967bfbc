"""Tables of reports/airtable: what Airtable accepted, and the result of the last try."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text, text

from writer.db.schema.types import UtcTime, metadata

# One row.
airtable_state = Table(
    "airtable_state",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="id"), primary_key=True),
    Column("stock_target", Text, nullable=False, server_default=""),  # base and table the lines are of
    Column("events_target", Text, nullable=False, server_default=""),  # base and table the movements are in
    Column("last_movement_id", Integer, nullable=False, server_default=text("0")),  # taken by Airtable
    Column("succeeded_at", UtcTime),  # last time that nothing was left to say; NULL: never
    Column("error", Text),  # why the last try failed; NULL: it did not
    Column("failed_at", UtcTime),  # NULL: never
    Column("failures", Integer, nullable=False, server_default=text("0")),  # in a row
    Column("not_before", UtcTime),  # no call before this; NULL: at any time
)

# What the stock table in Airtable says of each product.
airtable_lines = Table(
    "airtable_lines",
    metadata,
    Column("stock_product_id", Integer, ForeignKey("products.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),  # of the product
    Column("sold_7", Integer, nullable=False),  # units of the last 7 days
    Column("sold_30", Integer, nullable=False),  # units of the last 30 days
)
