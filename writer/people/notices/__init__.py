"""Notices: what a person should look at, each open once until its cause is gone."""

from writer.people.notices.actions import close, open_
from writer.people.notices.kinds import Notice
from writer.people.notices.queries import count_in_menu, count_notices, list_notices
from writer.people.notices.summary import OpenKind, open_kinds

__all__ = [
    "Notice",
    "OpenKind",
    "close",
    "count_in_menu",
    "count_notices",
    "list_notices",
    "open_",
    "open_kinds",
]
