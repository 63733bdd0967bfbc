"""Sales: the ledger of units sold, what they count as, and what the public sees of it."""

from writer.sales import product_types
from writer.sales.ledger import post

__all__ = [
    "post",
    "product_types",
]
