"""Connecting a store: its address and keys, its steps one after another, the rules of pushing."""

from writer.stores.connect.actions import look, save

__all__ = [
    "look",
    "save",
]
