"""Alerts: sends low stock to the owner's messenger, once each time a product falls to its reorder point."""

from writer.stock.alerts.client import NotTold
from writer.stock.alerts.low import tell_low

__all__ = ["NotTold", "tell_low"]
