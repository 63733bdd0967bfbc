"""The door of the audit room: who changed what, and what a person should look at."""

from writer.audit.actions import close_notice, note, raise_notice
from writer.audit.queries import count_notices, list_notices

__all__ = ["close_notice", "count_notices", "list_notices", "note", "raise_notice"]
