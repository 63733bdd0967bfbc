"""Orders: what was ordered, whatever the channel; decides which sales and movements follow."""

from writer import stock
from writer.orders.actions import LARGEST_QUANTITY, put_back, review_line
from writer.orders.cache import clean_up, drop_raw, erase, is_erased
from writer.orders.channels import channel_of, paid_statuses
from writer.orders.matching import forget_product, meant_sku, say_product, unmatched_lines
from writer.orders.queries import MAX_ID, get_order, get_order_of, list_changes, visible
from writer.orders.record import (
    Recorded,
    list_counted,
    list_missed,
    list_trashed,
    list_unread,
    note_missing,
    record,
    trash,
)
from writer.orders.refunds import MADE_UP
from writer.orders.refunds import known as known_refunds
from writer.orders.rematching import rematch, rematch_product, rematch_sku
from writer.orders.settle import note_event, recount
from writer.orders.snapshot import Channel, LineSnapshot, OrderSnapshot, RefundSnapshot

__all__ = [
    "LARGEST_QUANTITY",
    "MADE_UP",
    "MAX_ID",
    "Channel",
    "LineSnapshot",
    "OrderSnapshot",
    "Recorded",
    "RefundSnapshot",
    "channel_of",
    "clean_up",
    "drop_raw",
    "erase",
    "forget_product",
    "get_order",
    "get_order_of",
    "is_erased",
    "known_refunds",
    "list_changes",
    "list_counted",
    "list_missed",
    "list_trashed",
    "list_unread",
    "meant_sku",
    "note_event",
    "note_missing",
    "paid_statuses",
    "put_back",
    "record",
    "recount",
    "rematch",
    "rematch_product",
    "review_line",
    "say_product",
    "trash",
    "unmatched_lines",
    "visible",
]

# The stock room lies below this one and cannot call it: it tells whoever asked.
stock.on_product_added.append(rematch_sku)
