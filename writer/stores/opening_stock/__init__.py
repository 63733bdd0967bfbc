"""The opening stock: where the counts start from when a store is first pushed to, chosen by the owner."""

from writer.stores.opening_stock.queries import counts_anything

__all__ = ["counts_anything"]
