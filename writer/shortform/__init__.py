"""The short form of an order, as small plugins and scripts send it."""

from writer.shortform.fields import check, is_short
from writer.shortform.snapshot import PAID, RETURNED, TOPICS, snapshot

__all__ = ["PAID", "RETURNED", "TOPICS", "check", "is_short", "snapshot"]
