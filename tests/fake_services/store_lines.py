"""The lines of an order and of a refund: made, found, edited, added. The caller saves the order."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from tests.fake_services import store_stock
from tests.fake_services.store_model import Line, Order, Refund
from tests.fake_services.store_state import ProductRef, StoreState

CENT = Decimal("0.01")

# (product, units) or (product, units, line total); the product None is one the store does not know
LineSpec = tuple[ProductRef | None, int] | tuple[ProductRef | None, int, str | Decimal]
LineRef = Line | int | str


def make_line(state: StoreState, spec: LineSpec) -> Line:
    ref, quantity = spec[0], spec[1]
    product = None if ref is None else state.product(ref)
    unit = Decimal(product.price or "0") if product else Decimal(0)
    total = Decimal(spec[2]) if len(spec) == 3 else (unit * quantity).quantize(CENT)
    line = Line(state.count_up("line"), "", 0, 0, quantity, total, total)
    if product is not None:
        parent = state.products.get(product.parent_id)
        line.name = f"{parent.name} - {product.name}" if parent else product.name
        line.product_id, line.variation_id = (parent.id, product.id) if parent else (product.id, 0)
        line.parent_name = parent.name if parent else None
        line.meta = [state.meta(name.lower(), option) for name, option in product.attributes.items()]
    return line


def add_shipping(state: StoreState, order: Order, total: str) -> None:
    order.shipping_lines.append(
        {
            "id": state.count_up("line"),
            "method_title": "Flat rate",
            "method_id": "flat_rate",
            "instance_id": "",
            "total": f"{Decimal(total):.2f}",
            "total_tax": "0.00",
            "taxes": [],
            "tax_status": "taxable",
            "meta_data": [],
        }
    )


def find_line(state: StoreState, order: Order, ref: LineRef) -> Line:
    if isinstance(ref, Line):
        return ref
    if isinstance(ref, int):
        return order.line(ref)
    product_id = state.product(ref).id
    return next(line for line in order.lines if line.stock_product_id == product_id)


def edit_line(state: StoreState, order: Order, line: Line, quantity: int, total: str | None = None) -> None:
    """The line has the new quantity (0: it is gone); its total stays unless one is given."""
    store_stock.follow_edit(state, order, line, quantity)
    if quantity == 0:
        order.lines.remove(line)
        return
    line.quantity = quantity
    if total is not None:
        line.subtotal = line.total = Decimal(total)


def add_line(state: StoreState, order: Order, spec: LineSpec) -> Line:
    line = make_line(state, spec)
    order.lines.append(line)
    store_stock.follow_edit(state, order, line, line.quantity)
    return line


def share(line: Line, quantity: int) -> Decimal:
    return (line.total * quantity / line.quantity).quantize(CENT) if line.quantity else Decimal(0)


def book_refund(
    state: StoreState, order: Order, amount: Decimal, by_line: Mapping[Line, int], reason: str
) -> Refund:
    kind = "full" if order.refunded_total + amount >= order.total else "partial"
    booked = Refund(state.new_id(), order.id, amount, reason, state.now(), kind, state.count_up("meta"))
    for line, quantity in by_line.items():
        total = -share(line, quantity)
        copy = Line(
            state.count_up("line"), line.name, line.product_id, line.variation_id, -quantity, total, total
        )
        copy.parent_name = line.parent_name
        copy.meta = [state.meta("_refunded_item_id", str(line.id))]
        booked.lines.append(copy)
    order.refunds.insert(0, booked)
    state.revision += 1
    return booked
