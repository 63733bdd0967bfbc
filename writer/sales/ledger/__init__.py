"""The ledger of units sold: this room's door."""

from writer.sales.ledger.actions import post

__all__ = ["post"]
