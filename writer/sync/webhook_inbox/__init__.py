"""Deliveries: what stores and small programs send by themselves, kept together with its effect."""

from writer.sync.webhook_inbox.actions import claim, due, keep_failed, release, replay
from writer.sync.webhook_inbox.forget import drop_old_bodies, forget_address, forget_bodies

__all__ = [
    "claim",
    "drop_old_bodies",
    "due",
    "forget_address",
    "forget_bodies",
    "keep_failed",
    "release",
    "replay",
]
