"""Marks many orders as shipped, one after the other, each in its store first; and takes that back.

What happens to one order never depends on another, but for a store that does not answer: it is asked once.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from writer import orders
from writer.db import Database
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.lib.store_scope import StoreScope
from writer.stores import NotThere, RequestRefused, Vault
from writer.sync.order_edit.actions import StoreRefused, set_status

SHIPPED = "completed"
MOST_AT_ONCE = 100
# The request is answered before a proxy or gunicorn gives it up; the rest can be asked for again.
_LONGEST_S = 20.0


@dataclass(frozen=True)
class Outcome:
    """What became of one order: `before` is the status it had; `refusal` says why it was not changed."""

    order_id: int
    number: str
    store: str
    before: str
    refusal: str | None = None
    is_open: bool = False  # it was not tried, or may work when it is tried again

    @property
    def is_done(self) -> bool:
        return self.refusal is None


def mark_shipped(
    database: Database, vault: Vault, store_scope: StoreScope, actor: str, order_ids: Sequence[int]
) -> list[Outcome]:
    """Complete each of these orders in its store, and then here; return what became of each.

    No transaction is open while a store is called, and each order is recorded in one of its own. An order
    with nothing to ship is refused. Orders that are not there, or may not be seen, are left out.
    """

    def refuse(order: Row[Any]) -> str | None:
        if order.status == SHIPPED:
            return "It is shipped already."
        return None if order.to_ship > 0 else f"It is {order.status}: there is nothing to ship."

    wanted = dict.fromkeys(order_ids, SHIPPED)
    return _set_each(database, vault, store_scope, actor, wanted, refuse)


def take_back(
    database: Database, vault: Vault, store_scope: StoreScope, actor: str, before: dict[int, str]
) -> list[Outcome]:
    """Give each order the status it had before it was marked as shipped; return what became of each.

    An order that is no longer completed has been changed since, and stays as it is.
    """

    def refuse(order: Row[Any]) -> str | None:
        return None if order.status == SHIPPED else f"It is {order.status} by now, so it stays so."

    return _set_each(database, vault, store_scope, actor, before, refuse)


def _set_each(
    database: Database,
    vault: Vault,
    store_scope: StoreScope,
    actor: str,
    wanted: dict[int, str],
    refuse: Callable[[Row[Any]], str | None],
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    silent: dict[int, str] = {}  # why a store is not asked again, by its id
    until = time.monotonic() + _LONGEST_S
    for order_id, status in list(wanted.items())[:MOST_AT_ONCE]:
        try:
            with database.reading() as db:
                order = orders.get_order(db, store_scope, order_id)
        except NotFound:
            continue
        refusal, is_open = refuse(order), False
        if refusal is None and order.store_id in silent:
            refusal, is_open = silent[order.store_id], True
        if refusal is None and time.monotonic() > until:
            refusal, is_open = "There was no time left for it.", True
        if refusal is None:
            try:
                set_status(database, vault, store_scope, actor, order_id, status)
            except (Conflict, Invalid, StoreRefused) as error:
                refusal = " ".join([error.sentence, *error.errors.values()])
                is_open = isinstance(error, StoreRefused)
                if is_open and not isinstance(error.__cause__, NotThere | RequestRefused | None):
                    silent[order.store_id] = refusal
        outcomes.append(Outcome(order_id, order.number, order.store_name, order.status, refusal, is_open))
    return outcomes
