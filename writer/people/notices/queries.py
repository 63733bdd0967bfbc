"""What the notices room reads: open and closed notices, as far as somebody may see them."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select, true

from writer.db.schema.notices import notices
from writer.lib.store_scope import EVERYTHING, StoreScope


def for_whom(store_scope: StoreScope) -> ColumnElement[bool]:
    """Return the condition that leaves only notices that `store_scope` reaches."""
    if store_scope.is_all:
        return true()
    return store_scope.of(notices.c.store_id) | notices.c.plain.is_not(None)


def list_notices(db: Connection, store_scope: StoreScope = EVERYTHING) -> list[Row[Any]]:
    """Return the open notices (all columns, `sentence` as it may be read), newest first."""
    is_open = _told(store_scope).where(notices.c.closed_at.is_(None))
    return list(db.execute(is_open.order_by(notices.c.last_at.desc(), notices.c.id.desc())))


def count_notices(db: Connection, store_scope: StoreScope = EVERYTHING) -> int:
    """Return how many notices are open."""
    return _count(db, notices.c.closed_at.is_(None) & for_whom(store_scope))


def count_in_menu(db: Connection, store_scope: StoreScope) -> dict[str, int]:
    """Return how many notices are open, by the address of their page."""
    return {"/notices": count_notices(db, store_scope)}


def list_closed_notices(db: Connection, store_scope: StoreScope, limit: int, offset: int) -> list[Row[Any]]:
    """Return closed notices, the last closed first."""
    is_closed = _told(store_scope).where(notices.c.closed_at.is_not(None))
    ordered = is_closed.order_by(notices.c.closed_at.desc(), notices.c.id.desc())
    return list(db.execute(ordered.limit(limit).offset(offset)))


def count_closed_notices(db: Connection, store_scope: StoreScope) -> int:
    """Return how many notices are closed."""
    return _count(db, notices.c.closed_at.is_not(None) & for_whom(store_scope))


def _told(store_scope: StoreScope) -> Select[Any]:
    """Select notices with the sentence that may be read: the full one only by who sees its store."""
    others = [column for column in notices.c if column.name != "sentence"]
    full = notices.c.sentence
    sentence = (
        full
        if store_scope.is_all
        else case((store_scope.of(notices.c.store_id), full), else_=notices.c.plain)
    )
    return select(*others, sentence.label("sentence")).where(for_whom(store_scope))


def _count(db: Connection, which: ColumnElement[bool]) -> int:
    return int(db.execute(select(func.count()).select_from(notices).where(which)).scalar_one())
