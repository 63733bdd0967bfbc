"""Alerts: what the owner's messenger is told, which is low stock once per crossing of the reorder point."""

from writer.stock.alerts.client import NotTold, checked_url
from writer.stock.alerts.low import tell_low

__all__ = ["NotTold", "checked_url", "tell_low"]
