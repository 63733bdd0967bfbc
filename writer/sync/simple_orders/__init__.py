"""The short form of an order, as small plugins and scripts send it."""

from writer.sync.simple_orders.fields import check, is_short
from writer.sync.simple_orders.snapshot import PAID, RETURNED, TOPICS, adds_refund, snapshot

__all__ = ["PAID", "RETURNED", "TOPICS", "adds_refund", "check", "is_short", "snapshot"]
