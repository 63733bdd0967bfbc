"""Stock: one true count per SKU, made of movements. The bottom of the house: it calls no other room of it."""

from writer.stock.actions import adjust, count, receive, sell, sell_by_hand
from writer.stock.changes import add_alias, add_product, change_product, on_product_added
from writer.stock.overview import count_in_state
from writer.stock.queries import available, find, find_many, get, key, list_low_untold
from writer.stock.record import Movement, NotEnoughStock, note_low_told, record

__all__ = [
    "Movement",
    "NotEnoughStock",
    "add_alias",
    "add_product",
    "adjust",
    "available",
    "change_product",
    "count",
    "count_in_state",
    "find",
    "find_many",
    "get",
    "key",
    "list_low_untold",
    "note_low_told",
    "on_product_added",
    "receive",
    "record",
    "sell",
    "sell_by_hand",
]
