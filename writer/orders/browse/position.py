"""Where one order stands: the list that it was opened from, and its neighbours there."""

from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from sqlalchemy import Connection, Row

from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.orders.browse import asked, keyset, totals
from writer.orders.browse.keyset import Place
from writer.orders.browse.views import ALL
from writer.web import times


@dataclass(frozen=True)
class Position:
    """The way back to the list as (label, address), which order of how many, and its neighbours."""

    way_back: list[tuple[str, str]]
    text: str | None = None
    previous: str | None = None
    next: str | None = None


def read(db: Connection, store_scope: StoreScope, order: Row[Any]) -> Position:
    """Return where an order stands in the list that the query string names; without one, in that of all."""
    filters, here = asked.filters(), url_for("browse_list.index", **_list())
    way_back = [("Orders", url_for("browse_list.index") if filters else here)]
    if filters:
        way_back.append((filters.view.label if filters.view is not ALL else "Your selection", here))
    nth, is_listed = asked.nth(), True
    if nth is not None:
        alone = replace(asked.filters(), ids=(order.id,))
        is_listed = totals.total(db, store_scope, alone).orders == 1
    # What has just left the list, because it was shipped, has its place taken by the next one.
    steps = (-1, 1 if is_listed else 0)
    numbers = [None if nth is None or nth + step < 1 else nth + step for step in steps]
    try:
        previous = _neighbour(db, store_scope, order, True, numbers[0])
        following = _neighbour(db, store_scope, order, False, numbers[1])
    except Invalid:  # a list that cannot be sorted so is shown in another order
        return Position(way_back)
    return Position(way_back, _place(db, store_scope) if is_listed else None, previous, following)


def kept() -> dict[str, Any]:
    """Return the parameters that an address of this page needs to stay in the list it was opened from."""
    return _list() | ({} if asked.nth() is None else {"nth": asked.nth()})


def _list() -> dict[str, Any]:
    return dict(asked.of_list())


def _place(db: Connection, store_scope: StoreScope) -> str | None:
    """Say which order of how many this is; None if its address does not say, or the list became shorter."""
    nth = asked.nth()
    total = None if nth is None else totals.total(db, store_scope, asked.filters()).orders
    if nth is None or total is None or nth > total:
        return None
    return f"{times.number(nth)} of {times.number(total)}"


def _neighbour(
    db: Connection, store_scope: StoreScope, order: Row[Any], is_before: bool, nth: int | None
) -> str | None:
    place = Place(keyset.key_of(order, asked.sorting()), is_before)
    found = keyset.page(db, store_scope, asked.filters(), asked.sorting(), place, 1)
    more: dict[str, Any] = {} if nth is None else {"nth": nth}
    return url_for("browse.show", order_id=found.ids[0], **_list(), **more) if found.ids else None
