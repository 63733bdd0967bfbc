"""Stock levels: pages and API that list, explain and move counts. `movements` and `products` store them."""

from writer.stock.levels.facts import Fact, product_facts
from writer.stock.levels.forms import asked as asked_filters
from writer.stock.levels.forms import fresh_token
from writer.stock.levels.forms import refuse as refuse_form
from writer.stock.levels.overview import (
    Filters,
    Line,
    StoreListing,
    count_in_state,
    count_products,
    list_lines_after,
    list_products,
    listed_products,
    store_listings,
)
from writer.stock.levels.pace import RunningOut, count_in_menu, count_running_out, running_out

__all__ = [
    "Fact",
    "Filters",
    "Line",
    "RunningOut",
    "StoreListing",
    "asked_filters",
    "count_in_menu",
    "count_in_state",
    "count_products",
    "count_running_out",
    "fresh_token",
    "list_lines_after",
    "list_products",
    "listed_products",
    "product_facts",
    "refuse_form",
    "running_out",
    "store_listings",
]
