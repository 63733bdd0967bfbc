"""Erasing a customer from everything that is kept of his orders: cache, raw data, deliveries."""

from sqlalchemy import Connection

from writer import orders
from writer.stores import deliveries


def erase(db: Connection, actor: str, *, email: str | None = None, order_id: int | None = None) -> int:
    """Erase a customer, by e-mail or by one order; return from how many orders.

    Afterwards no name, address or body of a delivery about these orders is kept, and later deliveries
    bring none back. Units, money and SKUs stay. Raises Invalid, NotFound.
    """
    erased = orders.erase(db, actor, email=email, order_id=order_id)
    for store_id, external_id in erased:
        deliveries.forget_bodies(db, store_id, external_id)
    return len(erased)
