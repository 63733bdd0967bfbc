"""Sync: what stores send and what is read from them; what they are sent."""

from writer.sync import activity, differences, order_import, stock_push, stock_sync, webhook_inbox

__all__ = [
    "activity",
    "differences",
    "order_import",
    "stock_push",
    "stock_sync",
    "webhook_inbox",
]
