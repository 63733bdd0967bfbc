"""Activity: what was delivered, read and pushed, and what failed, of every store in one list."""

from writer.sync.activity.cards import count_tab, draw_latest
from writer.sync.activity.of_order import list_of_order

__all__ = ["count_tab", "draw_latest", "list_of_order"]
