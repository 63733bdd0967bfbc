"""Push: every store brought to the count. What is due, and what a store shows. It knows no page."""

from writer.sync.stock_push.plan import is_due, is_pending, target
from writer.sync.stock_push.pusher import push_all, watch

__all__ = [
    "is_due",
    "is_pending",
    "push_all",
    "target",
    "watch",
]
