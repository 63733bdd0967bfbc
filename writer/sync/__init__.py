"""Sync: what stores send and what is read from them; what they are sent."""

from writer.sync import differences, order_import, push_status, stock_push, webhook_inbox

__all__ = [
    "differences",
    "order_import",
    "push_status",
    "stock_push",
    "webhook_inbox",
]
