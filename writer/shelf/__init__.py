"""Shelf: stock as people and programs see it and move it. The counts themselves are the stock room's."""

from writer.shelf.overview import count_in_state

__all__ = ["count_in_state"]
