"""The short form of an order, as small plugins and scripts send it."""

from writer.shortform.fields import check, is_short
from writer.shortform.snapshot import PAID, RETURNED, TOPICS, adds_refund, snapshot

__all__ = ["PAID", "RETURNED", "TOPICS", "adds_refund", "check", "is_short", "snapshot"]
