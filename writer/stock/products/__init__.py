"""Products: the counted SKUs, their aliases and settings, and the cached count of each."""

from writer.lib.text import fold as key
from writer.stock.products.actions import add, add_alias, change_product, on_product_added, remove_alias
from writer.stock.products.counts import NotEnoughStock, note_low_told
from writer.stock.products.queries import (
    available,
    find,
    find_many,
    get,
    get_by_id,
    list_low_untold,
    list_skus,
    lock_products,
    names_of,
)
from writer.stock.products.settings import (
    MAX_DAYS,
    MAX_NAME,
    MAX_NOTE,
    MAX_SKU,
    MAX_TYPE,
    MAX_UNITS,
    whole_units,
)
from writer.stock.products.settings import checked as checked_settings

__all__ = [
    "MAX_DAYS",
    "MAX_NAME",
    "MAX_NOTE",
    "MAX_SKU",
    "MAX_TYPE",
    "MAX_UNITS",
    "NotEnoughStock",
    "add",
    "add_alias",
    "available",
    "change_product",
    "checked_settings",
    "find",
    "find_many",
    "get",
    "get_by_id",
    "key",
    "list_low_untold",
    "list_skus",
    "lock_products",
    "names_of",
    "note_low_told",
    "on_product_added",
    "remove_alias",
    "whole_units",
]
