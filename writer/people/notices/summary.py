"""The open notices at a glance: how many of each kind there are, and the newest of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from writer.db.schema.notices import notices
from writer.lib.store_scope import StoreScope
from writer.people.notices.kinds import Notice
from writer.people.notices.queries import for_whom, told

_BY_KIND = {notice.kind: notice for notice in Notice}


@dataclass(frozen=True)
class OpenKind:
    """The open notices of one kind: how many, and what the newest says (link None: no page)."""

    notice: Notice
    count: int
    sentence: str
    link: str | None
    last_at: datetime


def open_kinds(db: Connection, store_scope: StoreScope) -> list[OpenKind]:
    """Return the kinds of which notices are open, as far as they may be seen, in the order of `Notice`."""
    is_open = notices.c.closed_at.is_(None) & for_whom(store_scope)
    counted = select(notices.c.kind, func.count().label("open"), func.max(notices.c.id).label("newest_id"))
    by_kind = counted.where(is_open).group_by(notices.c.kind).subquery()
    newest = told(store_scope).join(by_kind, by_kind.c.newest_id == notices.c.id).add_columns(by_kind.c.open)
    found = {row.kind: row for row in db.execute(newest)}
    return [
        OpenKind(notice, int(row.open), row.sentence, row.link, row.last_at)
        for kind, notice in _BY_KIND.items()
        if (row := found.get(kind)) is not None
    ]
