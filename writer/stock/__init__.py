"""Stock: one true count per SKU, made of movements. The bottom of the house: it calls no other room of it."""

from writer.one_line import folded as key
from writer.stock.actions import (
    adjust,
    check_count,
    count,
    is_first_sending,
    receive,
    sell,
    sell_by_hand,
    why_not_counted,
)
from writer.stock.changes import add_alias, add_product, change_product, on_product_added, remove_alias
from writer.stock.queries import (
    available,
    find,
    find_many,
    get,
    get_by_id,
    has_moved,
    list_low_untold,
    lock_products,
    on_hand_at,
)
from writer.stock.record import LARGEST_MOVE, Movement, NotEnoughStock, note_low_told, record
from writer.stock.settings import MAX_DAYS, MAX_NAME, MAX_NOTE, MAX_SKU, MAX_TYPE, MAX_UNITS, whole_units
from writer.stock.settings import checked as checked_settings

__all__ = [
    "LARGEST_MOVE",
    "MAX_DAYS",
    "MAX_NAME",
    "MAX_NOTE",
    "MAX_SKU",
    "MAX_TYPE",
    "MAX_UNITS",
    "Movement",
    "NotEnoughStock",
    "add_alias",
    "add_product",
    "adjust",
    "available",
    "change_product",
    "check_count",
    "checked_settings",
    "count",
    "find",
    "find_many",
    "get",
    "get_by_id",
    "has_moved",
    "is_first_sending",
    "key",
    "list_low_untold",
    "lock_products",
    "note_low_told",
    "on_hand_at",
    "on_product_added",
    "receive",
    "record",
    "remove_alias",
    "sell",
    "sell_by_hand",
    "whole_units",
    "why_not_counted",
]
