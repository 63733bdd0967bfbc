"""Reports: what all the other areas know, added up and shown."""

from writer.reports import airtable

__all__ = [
    "airtable",
]
