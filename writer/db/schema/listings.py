"""The table of the listings room: what each store lists, which product it is, what it shows."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from writer.db.schema.types import UtcTime, metadata

# Of the listings that the owner leaves alone, as the index of these is written.
LEFT_ALONE = "is_mapped_by_hand AND stock_product_id IS NULL"
IN_TROUBLE = "is_gone OR unexplained_at IS NOT NULL OR problem IS NOT NULL"

listings = Table(
    "listings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("stores.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", Integer, nullable=False),
    Column("variation_id", Integer, nullable=False, server_default=text("0")),  # 0: no variation
    Column("sku", Text, nullable=False, server_default=""),  # as the store writes it
    Column("name", Text, nullable=False, server_default=""),
    Column("stock_product_id", Integer, ForeignKey("products.id")),  # NULL: mapped to nothing we count
    Column("is_mapped_by_hand", Boolean, nullable=False, server_default=false()),
    Column("manage_stock", Text, nullable=False, server_default="yes"),  # 'yes', 'no', 'parent'
    Column("allows_backorders", Boolean, nullable=False, server_default=false()),
    # What the store showed when it was last read.
    Column("shown_quantity", Integer),  # NULL: no number, or never read
    Column("shown_at", UtcTime),  # NULL: never read
    Column("shown_modified_at", UtcTime),  # its date_modified_gmt then, the store's clock; NULL: not told
    # What is known of the number there. From here to `problem` it is one PushState of the listings room,
    # which alone names these columns.
    Column("confirmed_quantity", Integer),  # it showed this, and all of it was explained; NULL: no number yet
    Column("confirmed_at", UtcTime),  # NULL: never
    Column("handled_version", Integer, nullable=False, server_default=text("0")),  # later counts are due
    Column("sending_quantity", Integer),  # noted before a write whose answer is not known yet; NULL: none
    Column("written_at", UtcTime),  # when the store last took a number; NULL: never
    Column("write_count", Integer, nullable=False, server_default=text("0")),  # of one count, in a row
    Column("first_write_at", UtcTime),  # the first of write_count; NULL: none
    Column("unexplained_by", Integer),  # units that nothing explains, seen once; NULL: none
    Column("unexplained_at", UtcTime),  # when they were seen first; NULL: none
    Column("looked_version", Integer),  # the count when they were seen last; NULL: none
    Column("look_again_at", UtcTime),  # with the same count they are looked at again then; NULL: none
    Column("needs_check", Boolean, nullable=False, server_default=false()),  # due with the same count too
    Column("retry_at", UtcTime),  # a refused write is tried again then; NULL: at any time
    Column("is_gone", Boolean, nullable=False, server_default=false()),  # the store no longer has it
    Column("problem", Text),  # why it is not pushed; NULL: fine
    Column("listed_at", UtcTime),  # last found by a mapping refresh; NULL: by none
    UniqueConstraint("store_id", "product_id", "variation_id"),
    Index("ix_listings_product", "stock_product_id"),
    Index(
        "ix_listings_left_alone",
        "store_id",
        sqlite_where=text(LEFT_ALONE),
        postgresql_where=text(LEFT_ALONE),
    ),
    # The few that somebody should look at, which pages that are opened often count.
    Index(
        "ix_listings_trouble", "store_id", sqlite_where=text(IN_TROUBLE), postgresql_where=text(IN_TROUBLE)
    ),
)

# What the owner leaves alone takes part in nothing: no order counts by it, nothing is pushed to it.
is_left_alone = listings.c.is_mapped_by_hand & listings.c.stock_product_id.is_(None)
