"""What the notices room reads: open and closed notices, as far as somebody may see them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, select, true

from writer.db.schema.notices import notices
from writer.lib.store_scope import EVERYTHING, StoreScope


@dataclass(frozen=True)
class Filters:
    """Open or closed notices, of one kind or ("") of all."""

    is_closed: bool = False
    kind: str = ""


def for_whom(store_scope: StoreScope) -> ColumnElement[bool]:
    """Return the condition that leaves only notices that `store_scope` reaches."""
    if store_scope.is_all:
        return true()
    return store_scope.of(notices.c.store_id) | notices.c.plain.is_not(None)


def list_notices(db: Connection, store_scope: StoreScope = EVERYTHING) -> list[Row[Any]]:
    """Return the open notices (all columns, `sentence` as it may be read), newest first."""
    is_open = told(store_scope).where(notices.c.closed_at.is_(None))
    return list(db.execute(is_open.order_by(notices.c.last_at.desc(), notices.c.id.desc())))


def count_notices(db: Connection, store_scope: StoreScope = EVERYTHING) -> int:
    """Return how many notices are open."""
    return _count(db, notices.c.closed_at.is_(None) & for_whom(store_scope))


def count_in_menu(db: Connection, store_scope: StoreScope) -> dict[str, int]:
    """Return how many notices are open, by the address of their page."""
    return {"/notices": count_notices(db, store_scope)}


def list_page(
    db: Connection, store_scope: StoreScope, which: Filters, limit: int, offset: int
) -> list[Row[Any]]:
    """Return a page of notices as `list_notices` does, what happened or was closed last first."""
    newest = notices.c.closed_at if which.is_closed else notices.c.last_at
    found = told(store_scope).where(_fits(which)).order_by(newest.desc(), notices.c.id.desc())
    return list(db.execute(found.limit(limit).offset(offset)))


def count(db: Connection, store_scope: StoreScope, which: Filters) -> int:
    """Return how many notices these filters leave."""
    return _count(db, _fits(which) & for_whom(store_scope))


def _fits(which: Filters) -> ColumnElement[bool]:
    is_open = notices.c.closed_at.is_(None)
    of_kind = notices.c.kind == which.kind if which.kind else true()
    return and_(~is_open if which.is_closed else is_open, of_kind)


def told(store_scope: StoreScope) -> Select[Any]:
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
