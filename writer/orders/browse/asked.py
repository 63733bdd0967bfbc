"""What the address of the orders list asks for: filters, sorting, and the saved views that lead there."""

from datetime import date

from flask import request

from writer.db import parse_id
from writer.orders.browse.filters import NEWEST, OrderFilters, Sorting

# Value in the address, what people call it, what it is.
SORTINGS: dict[str, tuple[str, Sorting]] = {
    "newest": ("Newest first", NEWEST),
    "oldest": ("Oldest first", Sorting("date_created", is_descending=False)),
    "changed": ("Changed last first", Sorting("date_modified")),
    "highest": ("Highest total first", Sorting("total")),
    "lowest": ("Lowest total first", Sorting("total", is_descending=False)),
    "status": ("By status", Sorting("status", is_descending=False)),
}
# Orders by what is to be done with them: name, status ("": any).
VIEWS = (("To ship", "processing"), ("On hold", "on-hold"), ("Refunded", "refunded"), ("All", ""))


def filters() -> OrderFilters:
    """Return the filter the address asks for; what cannot be understood leaves nothing out."""
    store, text = _text("store"), _text("q").removeprefix("#")
    return OrderFilters(_text("status"), parse_id(store), text, _day("from"), _day("to"))


def sort() -> str:
    """Return the key of SORTINGS the address asks for, "newest" where it asks for none there is."""
    wanted = request.args.get("sort", "")
    return wanted if wanted in SORTINGS else "newest"


def kept() -> dict[str, str]:
    """Return what the address says of the list, for a link that keeps it."""
    names = ("q", "status", "store", "from", "to", "sort")
    return {name: request.args[name] for name in names if request.args.get(name)}


def _text(name: str) -> str:
    # PostgreSQL refuses NUL in a text; no row has one.
    return request.args.get(name, "").replace("\0", "").strip()[:200]


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, "").strip())
    except ValueError:
        return None
    return day if day < date.max else None  # a range ends with the day after it
