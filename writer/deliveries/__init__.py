"""Deliveries: what stores and small programs send by themselves, kept together with its effect."""

from writer import stores
from writer.deliveries.actions import due, keep_failed, release, replay
from writer.deliveries.forget import drop_old_bodies, forget_address, forget_bodies

__all__ = [
    "drop_old_bodies",
    "due",
    "forget_address",
    "forget_bodies",
    "keep_failed",
    "replay",
]

# The stores room lies below this one and cannot call it: it tells whoever asked.
stores.on_switched_on.append(release)
