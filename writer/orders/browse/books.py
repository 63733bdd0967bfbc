"""What one order comes to: the sums of its money, and what of it counts as sold and is out of stock.

All of these are about an order that the caller may see.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, case, func, select

from writer.db.schema.movements import movements
from writer.db.schema.orders import order_lines
from writer.db.schema.products import products
from writer.orders.record import load_charges


class Sum(NamedTuple):
    """One of the amounts that make up an order's total, or a total of those above it."""

    term: str
    minor: int
    is_total: bool = False


def list_sums(db: Connection, order: Row[Any]) -> list[Sum]:
    """Return the amounts an order is made of; what is above a total adds up to it."""
    listed = (order_lines.c.order_id == order.id) & ~order_lines.c.is_removed
    before = func.coalesce(order_lines.c.subtotal_minor, order_lines.c.total_minor)
    columns = (func.coalesce(func.sum(before), 0), func.coalesce(func.sum(order_lines.c.total_minor), 0))
    items, discounted = (int(found) for found in db.execute(select(*columns).where(listed)).one())
    sums = [Sum("Items", items)]
    if items != discounted:
        sums.append(Sum("Discount", discounted - items))
    charges = load_charges(order.charges)
    for charge in charges or []:
        name = {"shipping": "Shipping", "fee": "Fee"}[charge.kind]
        is_named = charge.title and charge.kind == "shipping"
        term = f"{name}, {charge.title}" if is_named else charge.title or name
        sums.append(Sum(term, charge.total_minor))
    if order.tax_minor:
        sums.append(Sum("Tax", order.tax_minor))
    rest = order.total_minor - sum(part.minor for part in sums)
    if rest:
        # Rounding, or a plugin's own charge; of an old order nothing but the lines is known.
        sums.append(Sum("Shipping, fees and tax" if charges is None else "Not itemised", rest))
    sums.append(Sum("Total", order.total_minor, is_total=True))
    if order.refunded_minor:
        sums.append(Sum("Refunded", -order.refunded_minor))
        sums.append(Sum("Net", order.total_minor - order.refunded_minor, is_total=True))
    return sums


@dataclass(frozen=True)
class Books:
    """What counts of an order. `agrees` None: its store does not say what it took out of stock."""

    sold: list[tuple[str, int]]  # model and variant, and its units
    taken: int  # units out of stock
    units: int  # ordered, without removed lines
    unmatched: int  # units of lines that match no product type
    agrees: bool | None


def read_books(db: Connection, order_id: int) -> Books:
    """Return what counts of an order."""
    table = order_lines.c
    of_order = table.order_id == order_id
    by_type = (
        select(table.model, table.variant, func.sum(table.sold))
        .where(of_order, table.model.is_not(None))
        .group_by(table.model, table.variant)
        .having(func.sum(table.sold) != 0)
        .order_by(table.model, table.variant)
    )
    is_counted = table.stock_product_id.is_not(None)
    says = is_counted & ~table.is_removed & table.store_reduced.is_not(None)
    sums = (
        _total(table.taken, is_counted),
        _total(table.quantity, ~table.is_removed),
        _total(table.quantity, ~table.is_removed & table.model.is_(None)),
        _total(1, says),
        _total(1, says & (table.store_reduced != table.taken)),
    )
    taken, units, unmatched, said, differing = db.execute(select(*sums).where(of_order)).one()
    sold = [(f"{model} {variant}".rstrip(), int(count)) for model, variant, count in db.execute(by_type)]
    return Books(sold, int(taken), int(units), int(unmatched), not differing if said else None)


def _total(column: Any, which: Any) -> Any:
    return func.coalesce(func.sum(case((which, column), else_=0)), 0)


def list_movements(db: Connection, order_id: int) -> list[Row[Any]]:
    """Return what an order moved in stock, oldest first: product, quantity, kind, when and when recorded."""
    columns = (movements.c.stock_product_id, products.c.sku, movements.c.quantity, movements.c.at)
    query = (
        select(*columns, movements.c.recorded_at, movements.c.kind)
        .join(order_lines, order_lines.c.id == movements.c.order_line_id)
        .join(products, products.c.id == movements.c.stock_product_id)
        .where(order_lines.c.order_id == order_id)
    )
    return list(db.execute(query.order_by(movements.c.id)))


def list_left(db: Connection, lines: list[Row[Any]]) -> dict[int, int]:
    """Return how many units are left of each product that these lines count as, by its id."""
    ids = {line.stock_product_id for line in lines if line.stock_product_id is not None}
    query = select(products.c.id, products.c.on_hand).where(products.c.id.in_(sorted(ids)))
    return {row.id: row.on_hand for row in db.execute(query)}
