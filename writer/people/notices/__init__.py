"""Notices: what a person should look at, each open once until its cause is gone."""

from writer.people.notices.actions import close_notice, raise_notice
from writer.people.notices.queries import count_notices, list_notices

__all__ = ["close_notice", "count_notices", "list_notices", "raise_notice"]
