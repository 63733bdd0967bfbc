"""Alerts: what the owner's messenger is told, which is low stock once per crossing of the reorder point."""

from writer.stock.alerts.client import NotTold
from writer.stock.alerts.low import tell_low

__all__ = ["NotTold", "tell_low"]
