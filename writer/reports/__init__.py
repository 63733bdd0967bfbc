"""Reports: what all the other areas know, added up and shown."""

from writer.reports import airtable, dashboard

__all__ = [
    "airtable",
    "dashboard",
]
