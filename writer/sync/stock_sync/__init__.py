"""Stock sync: how the stock of each store is doing, and what is done about it. It sends nothing itself."""

from writer.sync.stock_sync.actions import confirm_mass_change
from writer.sync.stock_sync.cards import count_tabs, draw_sync
from writer.sync.stock_sync.conditions import count_in_menu, find_trouble
from writer.sync.stock_sync.store_listings import find_listed, list_by_product

__all__ = [
    "confirm_mass_change",
    "count_in_menu",
    "count_tabs",
    "draw_sync",
    "find_listed",
    "find_trouble",
    "list_by_product",
]
