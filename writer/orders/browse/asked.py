"""Reads filters and sorting of the orders list from the query string; and its saved views."""

from datetime import date

from flask import request

from writer.db import parse_id
from writer.orders.browse.filters import NEWEST, OrderFilters, Sorting

# The value in the address, its label, the sorting.
SORTINGS: dict[str, tuple[str, Sorting]] = {
    "newest": ("Newest first", NEWEST),
    "oldest": ("Oldest first", Sorting("date_created", is_descending=False)),
    "changed": ("Last changed first", Sorting("date_modified")),
    "highest": ("Highest total first", Sorting("total")),
    "lowest": ("Lowest total first", Sorting("total", is_descending=False)),
    "status": ("By status", Sorting("status", is_descending=False)),
}
# The saved views: name and status ("": any).
VIEWS = (("To ship", "processing"), ("On hold", "on-hold"), ("Refunded", "refunded"), ("All", ""))


def filters() -> OrderFilters:
    """Return the filter of the query string; a value that cannot be read filters nothing."""
    store, text = _text("store"), _text("q").removeprefix("#")
    return OrderFilters(_text("status"), parse_id(store), text, _day("from"), _day("to"))


def sort() -> str:
    """Return the key of SORTINGS in the query string, or "newest"."""
    wanted = request.args.get("sort", "")
    return wanted if wanted in SORTINGS else "newest"


def kept() -> dict[str, str]:
    """Return the parameters of the list, for links that lead back to it."""
    names = ("q", "status", "store", "from", "to", "sort")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _text(name: str) -> str:
    # PostgreSQL refuses NUL in text; no row has one.
    return request.args.get(name, "").replace("\0", "").strip()[:200]


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, "").strip())
    except ValueError:
        return None
    return day if day < date.max else None  # the query needs the day after the range
