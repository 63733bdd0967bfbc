"""Reads what packing slips show: orders with where they go to, and the units of each line left to ship."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db.schema.orders import order_lines, orders
from writer.db.schema.stores import stores
from writer.lib.store_scope import StoreScope
from writer.orders.record import Address, load_address, load_charges, visible


@dataclass(frozen=True)
class Slip:
    """One sheet: the order's row, where it goes to, how, and its lines as (row, units)."""

    order: Row[Any]
    ship_to: Address | None
    shipping: list[str]  # titles of the ways of shipping
    lines: list[tuple[Row[Any], int]]

    @property
    def units(self) -> int:
        return sum(units for _, units in self.lines)


def list_slips(db: Connection, store_scope: StoreScope, order_ids: Sequence[int]) -> list[Slip]:
    """Return the slips of these orders, in this order; those that may not be seen are left out."""
    query = select(orders, stores.c.name.label("store_name"))
    query = query.join(stores, stores.c.id == orders.c.store_id).where(visible(store_scope))
    found = {row.id: row for row in db.execute(query.where(orders.c.id.in_(order_ids)))}
    lines: dict[int, list[tuple[Row[Any], int]]] = {order_id: [] for order_id in found}
    mine = order_lines.c.order_id.in_(found) & ~order_lines.c.is_removed
    for row in db.execute(select(order_lines).where(mine).order_by(order_lines.c.id)):
        units = row.quantity - max(row.refunded, row.restocked)
        # A line that waits for review has no number of units yet, and is not to be forgotten in the parcel.
        if units > 0 or row.problem is not None:
            lines[row.order_id].append((row, units))
    return [_slip(found[order_id], lines[order_id]) for order_id in order_ids if order_id in found]


def _slip(order: Row[Any], lines: list[tuple[Row[Any], int]]) -> Slip:
    charges = load_charges(order.charges) or []
    shipping = [charge.title for charge in charges if charge.kind == "shipping" and charge.title]
    return Slip(order, load_address(order.ship_to), shipping, lines)
