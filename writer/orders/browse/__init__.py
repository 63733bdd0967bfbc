"""Browse: finds, lists, adds up and shows recorded orders. It writes nothing."""

from writer.orders.browse.daily import Day, count_by_status, list_days
from writer.orders.browse.revenue import ByCurrency, Earned, list_earned, list_earning
from writer.orders.browse.timeline import Happening, Moved, timeline_sources

__all__ = [
    "ByCurrency",
    "Day",
    "Earned",
    "Happening",
    "Moved",
    "count_by_status",
    "list_days",
    "list_earned",
    "list_earning",
    "timeline_sources",
]
