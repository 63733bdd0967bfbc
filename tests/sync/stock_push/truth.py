"""What should be true after a history, worked out from the stores' own data and from nothing of ours."""

from collections.abc import Sequence

from tests.fake_services.store_model import Order
from tests.fake_services.woocommerce import FakeStore
from tests.hub import Hub
from tests.sync.stock_push.shelves import SKUS, Listed

PAID = ("processing", "completed")
VOID = ("pending", "failed", "cancelled")


def problems(
    hub: Hub,
    opening: int,
    listed: Sequence[Listed],
    orders: Sequence[tuple[FakeStore, Order]],
    by_hand: dict[int, tuple[str, int]],
) -> list[str]:
    """Return what is wrong: counts that differ from the stores' own truth, stores that show another."""
    wrong = []
    for sku in SKUS:
        held = sum(
            should_hold(order, found.sold_as)
            for store, order in orders
            for found in listed
            if found.item == sku and found.fake is store
        )
        sold_here = sum(units for of, units in by_hand.values() if of == sku)
        expected = opening - held - sold_here
        if hub.on_hand(sku) != expected:
            wrong.append(f"{sku}: on hand {hub.on_hand(sku)}, should be {expected}")
        if opening + sum(hub.moves(sku)) != hub.on_hand(sku):
            wrong.append(f"{sku}: on hand is not the sum of its movements")
        for found in listed:
            shown, should = found.fake.stock(found.counted_by), found.should_show(expected)
            if found.item == sku and shown != should:
                of = found.fake.product(found.counted_by).sku
                wrong.append(f"{found.fake.name} shows {shown} of {of}, should be {should}")
    sold = sum(should_have_sold(order) for _, order in orders) + sum(units for _, units in by_hand.values())
    if hub.sold() != sold:
        wrong.append(f"ledger {hub.sold()}, should be {sold}")
    return wrong


def refunded(order: Order, line_id: int) -> int:
    """Return the units of a line that the store refunded."""
    return sum(
        abs(line.quantity)
        for refund in order.refunds
        for line in refund.lines
        if str(line.meta_value("_refunded_item_id")) == str(line_id)
    )


def should_hold(order: Order, sold_as: Sequence[int]) -> int:
    """Work out from the store's own data how many units of a listing an order keeps off the shelf."""
    held = 0
    for line in order.lines:
        if line.stock_product_id in sold_as:
            back = line.units("_restock_refunded_items")
            lost = refunded(order, line.id) - back
            held += lost if order.status in VOID else line.quantity - back
    return held


def should_have_sold(order: Order) -> int:
    """Work out from the store's own data how many units an order sold."""
    if order.status not in PAID:
        return 0
    return sum(line.quantity - refunded(order, line.id) for line in order.lines)
