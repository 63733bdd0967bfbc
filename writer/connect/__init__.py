"""Connecting a store: its keys, its webhooks and their doctor, the rules and the start of pushing."""

from writer.connect.actions import look, save
from writer.connect.doctor import check as check_webhooks
from writer.connect.doctor import public_url

__all__ = [
    "check_webhooks",
    "look",
    "public_url",
    "save",
]
