"""The ledger of units sold."""

from writer.sales.ledger.actions import post
from writer.sales.ledger.page_cards import page_cards

__all__ = ["page_cards", "post"]
