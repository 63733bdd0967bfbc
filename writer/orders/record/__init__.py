"""Orders: what was ordered, whatever the channel; decides which sales and movements follow."""

from writer.orders.record.actions import LARGEST_QUANTITY, put_back, review_line
from writer.orders.record.cache import clean_up, drop_raw, erase, is_erased
from writer.orders.record.channels import channel_of, paid_statuses
from writer.orders.record.matching import forget_product, meant_sku, say_product, unmatched_lines
from writer.orders.record.queries import get_order, get_order_of, list_changes, visible
from writer.orders.record.record import (
    Recorded,
    list_counted,
    list_missed,
    list_trashed,
    list_unread,
    note_missing,
    record,
    trash,
)
from writer.orders.record.refunds import MADE_UP
from writer.orders.record.refunds import known as known_refunds
from writer.orders.record.rematching import rematch, rematch_product, rematch_sku
from writer.orders.record.settle import note_event, recount
from writer.orders.record.snapshot import Channel, LineSnapshot, OrderSnapshot, RefundSnapshot

__all__ = [
    "LARGEST_QUANTITY",
    "MADE_UP",
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
    "rematch_sku",
    "review_line",
    "say_product",
    "trash",
    "unmatched_lines",
    "visible",
]
