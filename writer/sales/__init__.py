"""Sales: the ledger of units sold, the product types they count as, and what the public sees."""

from writer.sales import product_types
from writer.sales.ledger import list_best_sellers, post
from writer.sales.public_page import total_with

__all__ = [
    "list_best_sellers",
    "post",
    "product_types",
    "total_with",
]
