"""Orders: what was ordered, whatever the channel; decides which sales and movements follow."""

from writer.orders.record import Recorded, record, trash
from writer.orders.settle import recount, rematch
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
    "trash",
]
