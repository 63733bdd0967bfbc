"""Notices: what a person should look at, each open once until its cause is gone."""

from writer.people.notices.actions import close, open_
from writer.people.notices.kinds import Notice
from writer.people.notices.queries import count_in_menu, count_notices, list_notices

__all__ = ["Notice", "close", "count_in_menu", "count_notices", "list_notices", "open_"]
