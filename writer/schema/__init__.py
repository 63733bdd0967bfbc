"""Every table, one module a room; beside each nullable column what NULL means.

The database itself is made by the migrations; a test holds the two together.
"""

from writer.schema import accounts, airtable, audit, orders, public, sales, stock, stores
from writer.schema.types import metadata

__all__ = ["accounts", "airtable", "audit", "metadata", "orders", "public", "sales", "stock", "stores"]
