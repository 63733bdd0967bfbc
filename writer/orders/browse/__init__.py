"""Browse: finds, lists, adds up and shows recorded orders. It writes nothing."""

from writer.orders.browse.daily import count_by_status
from writer.orders.browse.queries import list_latest
from writer.orders.browse.revenue import ByCurrency, Earned, list_earned, list_earning
from writer.orders.browse.timeline import Happening, Moved, timeline_sources

__all__ = [
    "ByCurrency",
    "Earned",
    "Happening",
    "Moved",
    "count_by_status",
    "list_earned",
    "list_earning",
    "list_latest",
    "timeline_sources",
]
