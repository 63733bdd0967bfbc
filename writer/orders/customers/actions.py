"""Erasing a customer from everything that is kept of his orders: cache, raw data, deliveries."""

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
    """What another area forgets of an erased customer."""

    address: Callable[[Connection, str], int]  # forgets what names this e-mail; returns how many that were
    order: Callable[[Connection, int, str], None]  # forgets what it keeps of an order: store id, external id


# Filled by wiring.py.
on_erase: list[Eraser] = []


def erase(db: Connection, actor: str, *, email: str | None = None, order_id: int | None = None) -> int:
    """Erase a customer, by e-mail or by one order; return from how many orders.

    Afterwards no name, address or body of a delivery about these orders is kept, nor by e-mail any delivery
    that names it, and later deliveries bring none back. What could not be counted yet can be still. Units,
    money and SKUs stay. 0: deliveries alone named the customer. Raises Invalid, NotFound.
    """
    return len(_erase(db, actor, email, order_id))


def foresee(db: Connection, actor: str, *, email: str) -> Counter[int]:
    """Return from how many orders of which store, by its id, `erase` would erase a customer.

    It is done and taken back, so that it says what will be done. None: deliveries alone name the customer.
    Raises Invalid, NotFound.
    """
    with db.begin_nested() as attempt:
        erased = _erase(db, actor, email, None)
        attempt.rollback()
    return Counter(store_id for store_id, _ in erased)


def list_stores(db: Connection, store_scope: StoreScope) -> list[Row[Any]]:
    """Return the stores (id, name) that may be seen, by name."""
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
