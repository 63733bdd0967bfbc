"""Where one order stands: the list that it was opened from."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Connection, Row

from writer.lib.store_scope import StoreScope
from writer.orders.browse import asked


@dataclass(frozen=True)
class Position:
    """The way back to the list as (label, address), which order of how many, and its neighbours."""

    way_back: list[tuple[str, str]]
    text: str | None = None
    previous: str | None = None
    next: str | None = None


def read(db: Connection, store_scope: StoreScope, order: Row[Any]) -> Position:
    """Return where an order stands in the list that the query string names."""
    parameters: dict[str, Any] = asked.kept()
    return Position([("Orders", url_for("browse_list.index", **parameters))])


def kept() -> dict[str, Any]:
    """Return the parameters that an address of this page needs to stay in the list it was opened from."""
    return asked.kept()
