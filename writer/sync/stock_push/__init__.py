"""Stock push: every store brought to the count. What is due, and to what number. It knows no page."""

from writer.sync.stock_push.outcome import drop_old_pushes
from writer.sync.stock_push.plan import is_due, target
from writer.sync.stock_push.pusher import TURN, push_all
from writer.sync.stock_push.watcher import watch

__all__ = [
    "TURN",
    "drop_old_pushes",
    "is_due",
    "push_all",
    "target",
    "watch",
]
