"""Airtable: a copy of the stock list and of its movements for those who like to look at them there.

Optional and best effort. Nothing waits for it, no other room calls it, and it changes nothing but its own
tables: what Airtable refuses or misses is said on its page and told again by the next run.
"""

from writer.reports.airtable.push import Done, push

__all__ = ["Done", "push"]
