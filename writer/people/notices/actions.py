"""Notices are raised, closed and dismissed here. Nothing here commits: the way in does."""

from typing import Any

from sqlalchemy import Connection, select, update

from writer.db import insert_row, lock
from writer.db.schema.notices import notices
from writer.lib import clock
from writer.lib.errors import NotFound
from writer.lib.store_scope import StoreScope
from writer.people.notices.queries import MAX_ID, for_whom


def raise_notice(
    db: Connection,
    kind: str,
    subject: str,
    sentence: str,
    link: str | None = None,
    *,
    store_id: int | None = None,
    plain: str | None = None,
) -> bool:
    """Have one open notice for (kind, subject) with this sentence and this link (a path, or None).

    Admins see it, and whoever may see `store_id`; everybody else is told `plain` instead, a sentence that
    names no store, order or customer, or nothing where it is None.
    Returns True where it is news: there was none, or the last one had been closed. While one is open it
    only counts how often and when it happened last, and returns False.
    """
    # One lock for all notices would, with the rows a caller holds already, be a deadlock.
    lock(db, f"notice {kind} {subject}")
    same = (notices.c.kind == kind) & (notices.c.subject == subject)
    found = db.execute(select(notices.c.id, notices.c.closed_at).where(same)).one_or_none()
    seen: dict[str, Any] = {"sentence": sentence, "link": link, "last_at": clock.now()}
    seen |= {"store_id": store_id, "plain": plain}
    if found is None:
        insert_row(db, notices, kind=kind, subject=subject, times=1, first_at=seen["last_at"], **seen)
        return True
    if found.closed_at is None:
        db.execute(update(notices).where(same).values(times=notices.c.times + 1, **seen))
        return False
    again = {"times": 1, "first_at": seen["last_at"], "closed_at": None, "closed_by": None}
    db.execute(update(notices).where(same).values(**again, **seen))
    return True


def close_notice(db: Connection, kind: str, subject: str, by: str | None = None) -> None:
    """Close the open notice of (kind, subject), if there is one; `by` None: the product found it settled."""
    is_open = (notices.c.kind == kind) & (notices.c.subject == subject) & notices.c.closed_at.is_(None)
    db.execute(update(notices).where(is_open).values(closed_at=clock.now(), closed_by=by))


def dismiss(db: Connection, store_scope: StoreScope, actor: str, notice_id: int) -> None:
    """Close a notice by hand; one that is closed stays as it is. Raises NotFound."""
    row = None
    if 0 < notice_id <= MAX_ID:
        row = db.execute(
            select(notices).where(notices.c.id == notice_id, for_whom(store_scope))
        ).one_or_none()
    if row is None:
        raise NotFound("There is no such notice.")
    close_notice(db, row.kind, row.subject, by=actor)
