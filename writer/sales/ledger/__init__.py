"""The ledger of units sold."""

from writer.sales.ledger.actions import post
from writer.sales.ledger.best_sellers import list_best_sellers

__all__ = ["list_best_sellers", "post"]
