"""Connecting a store: its address and keys, its steps one after another, the rules of pushing."""

from writer.connect.actions import look, save

__all__ = [
    "look",
    "save",
]
