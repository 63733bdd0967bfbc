"""Tables of sales/product_types: models and variants, which SKU counts as which, which SKUs are ignored."""

from sqlalchemy import Boolean, CheckConstraint, Column, Integer, Table, Text, UniqueConstraint, true

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
    Column("sorting_id", Integer),  # the decision that made it; NULL: made in another way
)

ignored_skus = Table(
    "ignored_skus",
    metadata,
    Column("sku", Text, primary_key=True),  # case-folded, trimmed
    Column("added_at", UtcTime, nullable=False),
)

# One row: what a product counts as that neither a rule nor a type says anything of.
counting = Table(
    "counting",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    # 'itself': each product as itself; 'types': as nothing, until somebody says what it is; NULL: nobody
    # chose yet, and a product of the stock list counts as itself
    Column("counts_as", Text, CheckConstraint("counts_as IN ('itself', 'types')", name="counts_as")),
)
