"""Every table, one module a room; beside each nullable column what NULL means.

The database itself is made by the migrations; a test holds the two together.
"""

from writer.schema import (
    accounts,
    airtable,
    audit,
    catalogue,
    deliveries,
    drift,
    listings,
    orders,
    people,
    public,
    repeats,
    sales,
    stock,
    stores,
    sync,
)
from writer.schema.types import metadata

__all__ = [
    "accounts",
    "airtable",
    "audit",
    "catalogue",
    "deliveries",
    "drift",
    "listings",
    "metadata",
    "orders",
    "people",
    "public",
    "repeats",
    "sales",
    "stock",
    "stores",
    "sync",
]
