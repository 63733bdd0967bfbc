"""Reports: Home, revenue, and the copy of stock in Airtable."""

from writer.reports import airtable, home

__all__ = [
    "airtable",
    "home",
]
