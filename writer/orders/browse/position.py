"""Where one order stands: the list that it was opened from, and its neighbours there."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Connection, Row

from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.orders.browse import asked, keyset
from writer.orders.browse.keyset import Place


@dataclass(frozen=True)
class Position:
    """The way back to the list as (label, address), which order of how many, and its neighbours."""

    way_back: list[tuple[str, str]]
    text: str | None = None
    previous: str | None = None
    next: str | None = None


def read(db: Connection, store_scope: StoreScope, order: Row[Any]) -> Position:
    """Return where an order stands in the list that the query string names; without one, in that of all."""
    way_back = [("Orders", url_for("browse_list.index", **kept()))]
    try:
        previous, following = (_neighbour(db, store_scope, order, is_before) for is_before in (True, False))
    except Invalid:  # a list that cannot be sorted so is shown in another order
        return Position(way_back)
    return Position(way_back, previous=previous, next=following)


def kept() -> dict[str, Any]:
    """Return the parameters that an address of this page needs to stay in the list it was opened from."""
    return dict(asked.of_list())


def _neighbour(db: Connection, store_scope: StoreScope, order: Row[Any], is_before: bool) -> str | None:
    sorting = asked.sorting()
    place = Place(keyset.key_of(order, sorting), is_before)
    found = keyset.page(db, store_scope, asked.filters(), sorting, place, 1)
    return url_for("browse.show", order_id=found.ids[0], **kept()) if found.ids else None
