"""To sort: what nothing here knows yet, of every source; decisions about it, which can be taken back."""

from sqlalchemy import Connection

from writer.lib.store_scope import StoreScope
from writer.orders.to_sort import kinds, queries, source_lines, source_products
from writer.orders.to_sort.follow import TURN, finish_all, follow_for, watch
from writer.orders.to_sort.kinds import reopen
from writer.orders.to_sort.preview import Preview, preview_product
from writer.orders.to_sort.sortings import Decided, Kind, begin, find_standing, own_kinds, still_said
from writer.orders.to_sort.sources import (
    Choice,
    Entry,
    Foreseen,
    Settled,
    Source,
    count_all,
    own_sources,
    to_sort_sources,
)

own_sources[:] = [source_lines.SOURCE, source_products.SOURCE]
own_kinds.update(kinds.KINDS)


def count_in_menu(db: Connection, store_scope: StoreScope) -> dict[str, int]:
    """Return how many products wait because orders name them, for the number in the menu; 100: or more."""
    return {"/to-sort": queries.count_some(db, store_scope)}


__all__ = [
    "TURN",
    "Choice",
    "Decided",
    "Entry",
    "Foreseen",
    "Kind",
    "Preview",
    "Settled",
    "Source",
    "begin",
    "count_all",
    "count_in_menu",
    "find_standing",
    "finish_all",
    "follow_for",
    "preview_product",
    "reopen",
    "still_said",
    "to_sort_sources",
    "watch",
]
