"""Connecting a store: its address and keys, the steps to connect it, its settings for stock push."""

from writer.stores.connect.actions import look, save

__all__ = [
    "look",
    "save",
]
