"""Listings: what each store lists, and which product of the stock list it is."""

from writer import stock
from writer.listings.actions import get, match_sku, save, save_each
from writer.listings.looks import leave, look_again, look_at_all, product_changed, wait_no_longer
from writer.listings.queries import count_by_filter, with_keys
from writer.listings.refresh import refresh

__all__ = [
    "count_by_filter",
    "get",
    "leave",
    "look_again",
    "look_at_all",
    "product_changed",
    "refresh",
    "save",
    "save_each",
    "wait_no_longer",
    "with_keys",
]

# The stock room lies below this one and cannot call it: it tells whoever asked.
stock.on_product_added.append(match_sku)
