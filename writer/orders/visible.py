"""Who sees which orders: whatever reads orders to show them goes through here."""

from typing import Any

from sqlalchemy import ColumnElement, Select, select

from writer.schema.orders import orders
from writer.sight import Sight

__all__ = ["Sight", "of_order", "visible"]


def visible(sight: Sight) -> ColumnElement[bool]:
    """Return the condition that leaves only cached orders of stores that `sight` reaches."""
    return orders.c.is_cached & sight.of(orders.c.store_id)


def of_order(sight: Sight, order_id: int) -> Select[Any]:
    """Select the id of one order; of nothing where it is not to be seen."""
    return select(orders.c.id).where(orders.c.id == order_id, visible(sight))
