"""Every table, one module a room; beside each nullable column what NULL means.

The database itself is made by the migrations; a test holds the two together.
"""

from writer.db.schema import (
    airtable,
    audit,
    auth,
    differences,
    home,
    idempotency,
    ledger,
    listings,
    movements,
    notices,
    order_import,
    orders,
    product_types,
    products,
    public_page,
    saved_views,
    stock_push,
    stores,
    to_sort,
    users,
    webhook_inbox,
    worker,
)
from writer.db.schema.types import metadata

__all__ = [
    "airtable",
    "audit",
    "auth",
    "differences",
    "home",
    "idempotency",
    "ledger",
    "listings",
    "metadata",
    "movements",
    "notices",
    "order_import",
    "orders",
    "product_types",
    "products",
    "public_page",
    "saved_views",
    "stock_push",
    "stores",
    "to_sort",
    "users",
    "webhook_inbox",
    "worker",
]
