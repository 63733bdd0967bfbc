"""Orders: what was ordered, whatever the channel; decides which sales and movements follow."""

from writer import stock
from writer.orders.matching import say_product
from writer.orders.record import Recorded, record, trash
from writer.orders.settle import recount, rematch, rematch_product, rematch_sku
from writer.orders.snapshot import Channel, LineSnapshot, OrderSnapshot, RefundSnapshot

__all__ = [
    "Channel",
    "LineSnapshot",
    "OrderSnapshot",
    "Recorded",
    "RefundSnapshot",
    "record",
    "recount",
    "rematch",
    "rematch_product",
    "say_product",
    "trash",
]

# The stock room lies below this one and cannot call it: it tells whoever asked.
stock.on_product_added.append(rematch_sku)
