"""Airtable: a copy of the stock list and its movements in an Airtable base.

Optional and best effort. Nothing waits for it, no other room calls it, and it changes only its own tables.
Its page shows what Airtable refused or missed, and the next run sends it again.
"""

from writer.reports.airtable.push import Done, push

__all__ = ["Done", "push"]
