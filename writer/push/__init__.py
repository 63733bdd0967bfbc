"""Push: every store brought to the count. What is due, and what a store shows."""

from writer.push.by_hand import confirm_mass_change
from writer.push.pusher import push_all, watch

__all__ = [
    "confirm_mass_change",
    "push_all",
    "watch",
]
