"""One page of the list of orders as its address asks for it: its rows, what they come to, the other pages."""

from dataclasses import dataclass, field
from typing import Any

from flask import request
from sqlalchemy import Connection, Row

from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.orders.browse import asked, keyset, narrow, queries, totals
from writer.orders.browse.filters import NEWEST, OrderFilters, Sorting
from writer.orders.browse.keyset import END, START, Slice
from writer.orders.browse.narrow import Part
from writer.orders.browse.totals import Total

SIZE = 25


@dataclass
class Shown:
    """What the page shows; `first` is the number of its first row in the list, None if it is not known."""

    filters: OrderFilters
    sorting: Sorting
    rows: list[Row[Any]]
    items: dict[int, list[Row[Any]]]
    total: Total
    first: int | None
    refusal: str = ""  # why it is not sorted as asked for
    steps: dict[str, dict[str, str] | None] = field(
        default_factory=dict
    )  # parameters by first, previous, ...

    @property
    def last(self) -> int | None:
        return None if self.first is None else self.first + len(self.rows) - 1


def read(db: Connection, store_scope: StoreScope) -> Shown:
    """Read the page of the request in hand."""
    filters, sorting, refusal = asked.filters(), asked.sorting(), ""
    parts = narrow.parts(db, store_scope, filters)
    try:
        rows, found, before = _at_place(db, store_scope, filters, sorting, parts)
    except Invalid as error:
        sorting, refusal = NEWEST, error.sentence
        rows, found, before = _at_place(db, store_scope, filters, sorting, parts)
    total = totals.total(db, store_scope, filters, parts)
    if asked.place(sorting) == END and found.has_before:
        before = None if total.orders is None else total.orders - len(rows)
    first = None if before is None or not rows else before + 1
    items = queries.list_items(db, store_scope, [row.id for row in rows])
    steps = _steps(rows, found, sorting, before)
    return Shown(filters, sorting, rows, items, total, first, refusal, steps)


def _at_place(
    db: Connection, store_scope: StoreScope, filters: OrderFilters, sorting: Sorting, parts: list[Part]
) -> tuple[list[Row[Any]], Slice, int | None]:
    """Return the rows, what is around them, and how many orders stand before them if that is known."""
    place = asked.place(sorting)
    number = asked.old_page_number()
    if number is not None and place == START:
        return _of_number(db, store_scope, filters, sorting, number)
    rows, found = queries.page_at(db, store_scope, filters, sorting, place, SIZE, parts)
    return rows, found, asked.rows_before() if found.has_before else 0


def _of_number(
    db: Connection, store_scope: StoreScope, filters: OrderFilters, sorting: Sorting, number: int
) -> tuple[list[Row[Any]], Slice, int | None]:
    """Read a page by its number, as addresses named pages before they named orders."""
    pages = -(-queries.count_orders(db, store_scope, filters) // SIZE)
    offset = (min(number, max(pages, 1)) - 1) * SIZE
    rows = queries.list_orders(db, store_scope, filters, SIZE + 1, offset, sorting)
    shown = rows[:SIZE]
    return shown, Slice([row.id for row in shown], offset > 0, len(rows) > SIZE), offset


def _steps(
    rows: list[Row[Any]], found: Slice, sorting: Sorting, before: int | None
) -> dict[str, dict[str, str] | None]:
    steps: dict[str, dict[str, str] | None] = dict.fromkeys(("first", "previous", "next", "last"))
    if found.has_before:
        steps["first"] = asked.with_changes()
    if rows and found.has_before:
        key = asked.write_key(keyset.key_of(rows[0], sorting))
        steps["previous"] = asked.with_changes(
            before=key, n=None if before is None else max(0, before - SIZE)
        )
    if rows and found.has_after:
        key = asked.write_key(keyset.key_of(rows[-1], sorting))
        steps["next"] = asked.with_changes(after=key, n=None if before is None else before + len(rows))
        steps["last"] = asked.with_changes(end="last")
    return steps


def refresh_parameters() -> dict[str, str]:
    """Return the parameters of the part of this page that is fetched again every few seconds."""
    place = {name: request.args[name] for name in asked.OF_PLACE if request.args.get(name)}
    return asked.of_list() | place | {"part": "list"}
