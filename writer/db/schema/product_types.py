"""Tables of the catalogue: models and variants, which SKU counts as which, which SKUs are ignored."""

from sqlalchemy import Boolean, Column, Integer, Table, Text, UniqueConstraint, true

from writer.db.schema.types import UtcTime, metadata

sale_types = Table(
    "sale_types",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("model", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    UniqueConstraint("model", "variant"),
)

sku_rules = Table(
    "sku_rules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("prefix", Text, nullable=False, unique=True),  # case-folded, trimmed
    Column("model", Text, nullable=False),
    Column("variant", Text, nullable=False),
)

ignored_skus = Table(
    "ignored_skus",
    metadata,
    Column("sku", Text, primary_key=True),  # case-folded, trimmed
    Column("added_at", UtcTime, nullable=False),
)
