"""Reports: the dashboard, and the copy of stock in Airtable."""

from writer.reports import airtable, dashboard

__all__ = [
    "airtable",
    "dashboard",
]
