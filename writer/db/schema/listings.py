"""The table of the listings room: what each store lists, which product it is, what it was told."""

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

IN_TROUBLE = "is_gone OR drift_at IS NOT NULL OR problem IS NOT NULL"

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
    Column("shown", Integer),  # what the store showed when last looked; NULL: nothing, or never looked
    Column("shown_at", UtcTime),  # NULL: never looked
    Column("pushed", Integer),  # what the store was last told, or was found to show rightly; NULL: nothing
    Column("pushed_version", Integer, nullable=False, server_default=text("0")),  # of the product then
    Column("pushed_at", UtcTime),  # NULL: never
    Column("agreed_at", UtcTime),  # when `pushed` was written, or was seen there; NULL: never
    Column("intended", Integer),  # noted before a write, so that a crash in it is no drift; NULL: none
    Column("needs_look", Boolean, nullable=False, server_default=false()),  # the store hinted at a change
    Column("drift_by", Integer),  # units nothing explains, seen once; NULL: none
    Column("drift_at", UtcTime),  # when it was seen first; NULL: none
    Column("writes", Integer, nullable=False, server_default=text("0")),  # since writes_since, for one count
    Column("writes_since", UtcTime),  # NULL: none
    Column("not_before", UtcTime),  # a refused write is tried again then; NULL: at any time
    Column("is_gone", Boolean, nullable=False, server_default=false()),  # the store no longer has it
    Column("problem", Text),  # why it is not pushed; NULL: fine
    Column("seen_at", UtcTime),  # by the last mapping refresh; NULL: by none
    UniqueConstraint("store_id", "product_id", "variation_id"),
    Index("ix_listings_product", "stock_product_id"),
    # The few that somebody should look at, which pages that are opened often count.
    Index(
        "ix_listings_trouble", "store_id", sqlite_where=text(IN_TROUBLE), postgresql_where=text(IN_TROUBLE)
    ),
)
