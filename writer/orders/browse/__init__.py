"""Browse: finds, lists, adds up and shows recorded orders. It writes nothing."""

from writer.orders.browse.daily import Day, count_by_status, list_days

__all__ = ["Day", "count_by_status", "list_days"]
