"""Stock: one count for each SKU, which is the sum of its movements."""

from writer.stock import alerts, levels
from writer.stock.levels import Fact, StoreListing, listed_products, product_facts, store_listings
from writer.stock.movements import (
    LARGEST_MOVE,
    Movement,
    add_product,
    count,
    has_moved,
    is_counted_since,
    moved_for,
    record,
    sell_by_hand,
    why_not_taken,
)
from writer.stock.products import (
    MAX_UNITS,
    NotEnoughStock,
    add_alias,
    find,
    find_many,
    key,
    names_of,
    on_product_added,
)
from writer.stock.products.hits import search_products

__all__ = [
    "LARGEST_MOVE",
    "MAX_UNITS",
    "Fact",
    "Movement",
    "NotEnoughStock",
    "StoreListing",
    "add_alias",
    "add_product",
    "alerts",
    "count",
    "find",
    "find_many",
    "has_moved",
    "is_counted_since",
    "key",
    "levels",
    "listed_products",
    "moved_for",
    "names_of",
    "on_product_added",
    "product_facts",
    "record",
    "search_products",
    "sell_by_hand",
    "store_listings",
    "why_not_taken",
]
