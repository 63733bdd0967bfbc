"""Deliveries: what stores and small programs send by themselves, kept together with its effect."""

from writer.sync.webhook_inbox.actions import claim, due, keep_failed, release, replay
from writer.sync.webhook_inbox.cards import draw_moved
from writer.sync.webhook_inbox.forget import drop_bodies, forget_address, forget_bodies, list_old_bodies

__all__ = [
    "claim",
    "draw_moved",
    "drop_bodies",
    "due",
    "forget_address",
    "forget_bodies",
    "keep_failed",
    "list_old_bodies",
    "release",
    "replay",
]
