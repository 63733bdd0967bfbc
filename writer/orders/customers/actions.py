"""Erases a customer from everything stored about the customer's orders: cache, raw data, deliveries."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db.schema.stores import stores
from writer.lib.errors import NotFound
from writer.lib.store_scope import StoreScope
from writer.orders.record import erase as erase_orders


@dataclass(frozen=True)
class Eraser:
    """The functions with which another area erases a customer's data."""

    address: Callable[[Connection, str], int]  # erases what names this e-mail address; returns the number
    order: Callable[
        [Connection, int, str], None
    ]  # erases what is stored about an order: store id, external id


# Filled by wiring.py.
on_erase: list[Eraser] = []


def erase(db: Connection, actor: str, *, email: str | None = None, order_id: int | None = None) -> int:
    """Erase a customer, by e-mail address or by one order; return the number of orders.

    Afterwards no name, address or delivery body of these orders is stored, nor (by e-mail address) a delivery
    that names it, and later deliveries bring none back. Deliveries that wait to be counted still can be.
    Units, money and SKUs stay. 0: only deliveries named the customer. Raises Invalid, NotFound.
    """
    return len(_erase(db, actor, email, order_id))


def foresee(db: Connection, actor: str, *, email: str) -> Counter[int]:
    """Return the number of orders by store id that `erase` would erase a customer from.

    It erases and rolls back, so the answer is exact. No store: only deliveries name the customer. Raises
    Invalid, NotFound.
    """
    with db.begin_nested() as attempt:
        erased = _erase(db, actor, email, None)
        attempt.rollback()
    return Counter(store_id for store_id, _ in erased)


def list_stores(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    """Return the visible stores (id, name), by name."""
    seen = select(stores.c.id, stores.c.name).where(store_scope.of(stores.c.id))
    return list(db.execute(seen.order_by(stores.c.name)))


def _erase(db: Connection, actor: str, email: str | None, order_id: int | None) -> list[tuple[int, str]]:
    address = (email or "").strip().lower()
    mentioned = 0
    if address and order_id is None:
        mentioned = sum(eraser.address(db, address) for eraser in on_erase)
    try:
        erased = erase_orders(db, actor, email=email, order_id=order_id)
    except NotFound:
        if not mentioned:
            raise
        return []
    for store_id, external_id in erased:
        for eraser in on_erase:
            eraser.order(db, store_id, external_id)
    return erased
