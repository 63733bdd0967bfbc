"""Orders: what was ordered, whatever the channel; decides which sales and movements follow."""

from writer.orders.record.actions import (
    LARGEST_QUANTITY,
    Recorded,
    note_event,
    note_missing,
    put_back,
    record,
    recount,
    rematch,
    rematch_listed,
    rematch_product,
    rematch_sku,
    review_line,
    trash,
)
from writer.orders.record.cache import clean_up, drop_raw, erase, is_erased
from writer.orders.record.channels import channel_of, paid_statuses
from writer.orders.record.product_skus import (
    forget_product,
    meant_sku,
    say_product,
    unmatched_lines,
    unsay_product,
)
from writer.orders.record.queries import find_stores, get_order, get_order_of, list_changes, visible
from writer.orders.record.refunds import MADE_UP
from writer.orders.record.snapshot import Channel, LineSnapshot, OrderSnapshot, RefundSnapshot
from writer.orders.record.to_read import known_refunds, list_counted, list_missed, list_trashed, list_unread

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
    "find_stores",
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
    "rematch_listed",
    "rematch_product",
    "rematch_sku",
    "review_line",
    "say_product",
    "trash",
    "unmatched_lines",
    "unsay_product",
    "visible",
]
