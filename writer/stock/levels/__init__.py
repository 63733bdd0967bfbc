"""Stock levels: pages and API that list, explain and move counts. `movements` and `products` store them."""

from writer.stock.levels.forms import asked as asked_filters
from writer.stock.levels.forms import refuse as refuse_form
from writer.stock.levels.overview import (
    Filters,
    Line,
    StoreListing,
    count_in_state,
    count_products,
    list_lines_after,
    list_products,
    store_listings,
)

__all__ = [
    "Filters",
    "Line",
    "StoreListing",
    "asked_filters",
    "count_in_state",
    "count_products",
    "list_lines_after",
    "list_products",
    "refuse_form",
    "store_listings",
]
