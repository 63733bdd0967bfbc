"""The store's own stock rules: when it takes units for an order, when it gives them back."""

from __future__ import annotations

from tests.fake_services.store_model import Line, Order, Product, StockChange
from tests.fake_services.store_state import StoreState

TAKING = frozenset({"on-hold", "processing", "completed"})
RETURNING = {"new": frozenset({"pending", "cancelled", "failed"}), "old": frozenset({"pending", "cancelled"})}


def managed_by(state: StoreState, product: Product | None) -> Product | None:
    """The product whose count is used: itself, its parent, or none."""
    if product is None or product.manage_stock:
        return product
    parent = state.products.get(product.parent_id)
    return parent if parent is not None and parent.manage_stock else None


def shown_sku(state: StoreState, product: Product) -> str:
    """The SKU as REST and orders show it: a variation without one of its own shows its parent's."""
    parent = state.products.get(product.parent_id)
    return product.sku or (parent.sku if parent is not None else "")


def shown_manage(state: StoreState, product: Product) -> bool | str:
    """`manage_stock` as REST shows it: true, false or, for a variation counted by its parent, "parent"."""
    if product.manage_stock:
        return True
    return "parent" if managed_by(state, product) else False


def shown_stock(state: StoreState, product: Product) -> int | None:
    counted = managed_by(state, product)
    return counted.stock if counted else None


def set_count(state: StoreState, product: Product, quantity: int, by: str) -> None:
    """The count of a product that manages its own stock; whoever listens hears of it, changed or not."""
    state.stock_changes.append(StockChange(product.id, product.stock, quantity, by))
    product.stock = quantity
    product.stock_status = status_for(product)
    state.touch_product(product)
    state.emit("product.updated", product.id)


def status_for(product: Product) -> str:
    if not product.manage_stock:
        return product.stock_status
    if product.stock > 0:
        return "instock"
    return "outofstock" if product.backorders == "no" else "onbackorder"


def follow_status(state: StoreState, order: Order) -> None:
    """After a change of status: take once, give back once."""
    if order.status in TAKING and not order.stock_taken:
        _take(state, order)
    elif order.status in RETURNING[state.rules] and order.stock_taken:
        _give_back(state, order)


def _counted(state: StoreState, line: Line) -> Product | None:
    return managed_by(state, state.products.get(line.stock_product_id))


def _take(state: StoreState, order: Order) -> None:
    order.stock_taken = True
    for line in order.lines:
        counted = _counted(state, line)
        if counted is None or line.units("_reduced_stock"):
            continue
        state.set_meta(line.meta, "_reduced_stock", str(line.quantity))
        counted.total_sales += line.quantity
        set_count(state, counted, counted.stock - line.quantity, "order")


def _give_back(state: StoreState, order: Order) -> None:
    order.stock_taken = False
    for line in order.lines:
        counted = _counted(state, line)
        held = line.units("_reduced_stock")
        if counted is None or not held:
            continue
        line.meta = [meta for meta in line.meta if meta.key != "_reduced_stock"]
        set_count(state, counted, counted.stock + held, "order")


def follow_edit(state: StoreState, order: Order, line: Line, quantity: int) -> None:
    """A line was edited (0: removed) in an order that holds stock. The old version leaves the stock."""
    counted = _counted(state, line)
    if counted is None or order.status not in TAKING or state.rules == "old":
        return
    held = line.units("_reduced_stock")
    should_hold = max(0, quantity - line.units("_restock_refunded_items"))
    if should_hold != held:
        state.set_meta(line.meta, "_reduced_stock", str(should_hold))
        set_count(state, counted, counted.stock + held - should_hold, "order")


def restock(state: StoreState, line: Line, quantity: int) -> None:
    """Put refunded units back; a line for which nothing was taken is left alone."""
    counted = _counted(state, line)
    held = line.units("_reduced_stock")
    if counted is None or not held or quantity <= 0:
        return
    state.set_meta(line.meta, "_reduced_stock", str(held - quantity))
    state.set_meta(
        line.meta, "_restock_refunded_items", str(line.units("_restock_refunded_items") + quantity)
    )
    set_count(state, counted, counted.stock + quantity, "refund")
