"""Listings: what each store lists, and which product of the stock list it is."""

from writer.stores.listings.actions import get, match_sku, save, save_each
from writer.stores.listings.looks import leave, look_again, look_at_all, product_changed, wait_no_longer
from writer.stores.listings.queries import count_by_filter, with_keys
from writer.stores.listings.refresh import refresh

__all__ = [
    "count_by_filter",
    "get",
    "leave",
    "look_again",
    "look_at_all",
    "match_sku",
    "product_changed",
    "refresh",
    "save",
    "save_each",
    "wait_no_longer",
    "with_keys",
]
