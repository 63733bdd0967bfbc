"""Reads filters, sorting and place of the list of orders from its address, and builds other addresses."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request

from writer.db import is_id, parse_id
from writer.lib import clock
from writer.orders.browse.filters import OrderFilters, Sorting
from writer.orders.browse.keyset import END, START, Key, Place
from writer.orders.browse.views import ALL, VIEWS
from writer.web import times

# The value in the address, and what it sorts by.
SORTS = {"placed": "date_created", "changed": "date_modified", "total": "total", "status": "status"}
_NAMES = {by: name for name, by in SORTS.items()}
# What the parameter `sort` was before it had a direction beside it.
_OLD_SORTS = {
    "newest": Sorting(),
    "oldest": Sorting(is_descending=False),
    "highest": Sorting("total"),
    "lowest": Sorting("total", is_descending=False),
}
WITHIN = {1: "today", 7: "last 7 days", 30: "last 30 days", 90: "last 90 days", 365: "last 12 months"}
# Which list it is; a saved view keeps these, but not what was typed, which may be somebody's name.
_OF_VIEW = ("view", "status", "store", "sku", "country", "within", "from", "to", "sort", "dir")
_OF_LIST = ("q", "customer", *_OF_VIEW)
# Where in the list a page begins.
OF_PLACE = ("after", "before", "end", "on", "n", "page")
MOST_TICKED = 500


def filters() -> OrderFilters:
    """Return the filter of the query string; a value that cannot be read filters nothing."""
    first_at, until = _days()
    return OrderFilters(
        _text("status"),
        parse_id(_text("store")),
        _text("q").removeprefix("#"),
        first_at,
        until,
        view=VIEWS.get(_text("view"), ALL),
        sku=_text("sku"),
        country=_text("country").upper()[:2],
        customer_of=parse_id(_text("customer")),
        ids=ticked(request.args.getlist("id")),
    )


def ticked(texts: list[str]) -> tuple[int, ...]:
    """Return the ids of ticked orders, each once; what is no id is left out."""
    ids = (parse_id(text) for text in texts[:MOST_TICKED])
    return tuple(dict.fromkeys(found for found in ids if found is not None))


def sorting() -> Sorting:
    """Return the sorting of the query string, or newest first."""
    wanted = _text("sort")
    if wanted in _OLD_SORTS:
        return _OLD_SORTS[wanted]
    by = SORTS.get(wanted, "date_created")
    # Statuses are read as words; of everything else the most is looked for first.
    return Sorting(by, is_descending=_text("dir") == "desc" if by == "status" else _text("dir") != "asc")


def sort_key(sorting: Sorting) -> str:
    """Return the name of a sorting in the address."""
    return _NAMES[sorting.by]


def place(sorting: Sorting) -> Place:
    """Return where the page begins; what cannot be read is the list's beginning."""
    if _text("end") == "last":
        return END
    day = _date("on")
    if day is not None and sorting.by == "date_created":
        return Place((clock.day_start(day + timedelta(days=1) if sorting.is_descending else day), 0))
    for name in ("after", "before"):
        key = _read_key(_text(name), sorting)
        if key is not None:
            return Place(key, is_before=name == "before")
    return START


def write_key(key: Key) -> str:
    """Write the key of an order as `after` and `before` have it."""
    return "~".join(part.isoformat() if isinstance(part, datetime) else str(part) for part in key)


def rows_before() -> int | None:
    """Return how many orders stood before this page when its address was made; None: not known."""
    if not _text("after") and not _text("before"):
        return None
    text = _text("n")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def nth() -> int | None:
    """Return which order of the list the page of one order shows, from 1; None: not known."""
    text = _text("nth")
    is_number = text.isascii() and text.isdecimal() and len(text) < 10
    return int(text) if is_number and int(text) > 0 else None


def old_page_number() -> int | None:
    """Return the number of a page, as addresses had it before; None: the address has none."""
    text = _text("page")
    is_number = text.isascii() and text.isdecimal() and len(text) < 8
    is_old = not any(request.args.get(name) for name in ("view", "sku", "country", "customer", "within"))
    return max(1, int(text)) if is_number and is_old else None


def of_list() -> dict[str, str]:
    """Return the parameters that say which list it is, without the place in it."""
    return {name: request.args[name] for name in _OF_LIST if request.args.get(name)}


def days_in_words() -> str:
    """Return which days the list is of, as its filter says it; "" for all."""
    within = _text("within")
    if within.isdecimal() and int(within) in WITHIN:
        return WITHIN[int(within)]
    first, last = _date("from"), _date("to")
    if first is None and last is None:
        return ""
    if first is None or last is None:
        return f"from {times.short_day(first)}" if first else f"until {times.short_day(last or date.max)}"
    return times.short_day(first) if first == last else f"{times.short_day(first)} to {times.short_day(last)}"


def as_view(query: str) -> str:
    """Return the parameters of a query string that a saved view keeps."""
    given = dict(parse_qsl(query[:4000].replace("\0", "")))
    return urlencode({name: given[name] for name in _OF_VIEW if given.get(name)})


def with_changes(**changes: Any) -> dict[str, Any]:
    """Return the parameters of this list with some others; None leaves one out."""
    changed = {name: str(value) for name, value in changes.items() if value is not None}
    return {name: value for name, value in of_list().items() if name not in changes} | changed


def _read_key(text: str, sorting: Sorting) -> Key | None:
    read: dict[str, tuple[Callable[[str], Any], ...]] = {
        "date_created": (clock.read, _id),
        "date_modified": (clock.read, _id),
        "total": (_minor, _id),
        "status": (str, clock.read, _id),
    }
    readers, parts = read[sorting.by], text.split("~")
    if len(parts) != len(readers):
        return None
    with suppress(ValueError):
        return tuple(reader(part) for reader, part in zip(readers, parts, strict=True))
    return None


def _id(text: str) -> int:
    number = int(text)
    if number and not is_id(number):
        raise ValueError(text)
    return number


def _minor(text: str) -> int:
    minor = int(text)
    if abs(minor) >= 2**63:
        raise ValueError(text)
    return minor


def _days() -> tuple[datetime | None, datetime | None]:
    """Return the moments between which the orders were placed; days are those of the shop."""
    within = _text("within")
    if within.isdecimal() and int(within) in WITHIN:
        return clock.day_start(clock.today() - timedelta(days=int(within) - 1)), None
    first, last = _date("from"), _date("to")
    return (
        None if first is None else clock.day_start(first),
        None if last is None else clock.day_start(last + timedelta(days=1)),
    )


def _text(name: str) -> str:
    # PostgreSQL refuses NUL in text; no row has one.
    return request.args.get(name, "").replace("\0", "").strip()[:200]


def _date(name: str) -> date | None:
    try:
        day = date.fromisoformat(_text(name))
    except ValueError:
        return None
    # Not at the calendar's ends, where no day before or after can be reckoned with.
    return day if date(1, 1, 3) < day < date(9999, 12, 29) else None
