"""Erasing a customer from everything that is kept of his orders: cache, raw data, deliveries."""

from collections import Counter

from sqlalchemy import Connection

from writer import deliveries, orders
from writer.errors import NotFound


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


def _erase(db: Connection, actor: str, email: str | None, order_id: int | None) -> list[tuple[int, str]]:
    address = (email or "").strip().lower()
    mentioned = deliveries.forget_address(db, address) if address and order_id is None else 0
    try:
        erased = orders.erase(db, actor, email=email, order_id=order_id)
    except NotFound:
        if not mentioned:
            raise
        return []
    for store_id, external_id in erased:
        deliveries.forget_bodies(db, store_id, external_id)
    return erased
