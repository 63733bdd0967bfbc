"""Listings: what each store lists, which product of the stock list it is, and what it shows of it."""

from writer.stores.listings import conditions
from writer.stores.listings.actions import get, match_sku, on_pointed
from writer.stores.listings.checks import (
    check,
    check_all,
    give_up,
    list_unchecked,
    product_changed,
    retry,
    retry_refused,
)
from writer.stores.listings.push_state import PushState
from writer.stores.listings.queries import count_by_filter, with_keys
from writer.stores.listings.refresh import refresh
from writer.stores.listings.states import load_state, load_states, save_state, state_columns, state_of
from writer.stores.listings.to_sort import SOURCE as TO_SORT

__all__ = [
    "TO_SORT",
    "PushState",
    "check",
    "check_all",
    "conditions",
    "count_by_filter",
    "get",
    "give_up",
    "list_unchecked",
    "load_state",
    "load_states",
    "match_sku",
    "on_pointed",
    "product_changed",
    "refresh",
    "retry",
    "retry_refused",
    "save_state",
    "state_columns",
    "state_of",
    "with_keys",
]
