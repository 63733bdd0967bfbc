"""Notices are opened, closed and dismissed here. Nothing here commits: the way in does."""

from typing import Any

from sqlalchemy import Connection, func, literal, select, update

from writer.db import get_row, insert_row, lock
from writer.db.schema.notices import notices
from writer.lib import clock
from writer.lib.errors import Conflict
from writer.lib.store_scope import StoreScope
from writer.people.notices.kinds import Notice
from writer.people.notices.queries import for_whom

_MISSING = "There is no such notice."


def open_(
    db: Connection,
    notice: Notice,
    sentence: str,
    *,
    store_id: int | None = None,
    plain: str | None = None,
    **about: int | str,
) -> bool:
    """Have one open notice of this kind about this subject, with this sentence.

    `store_id` and `about` are the fields that the notice's subject and link are made of (see `Notice`).
    Admins see it, and whoever may see `store_id`; everybody else is told `plain` instead, a sentence that
    names no store, order or customer, or nothing where it is None.
    Returns True where it is news: there was none, or the last one had been closed. While one is open it
    only counts how often and when it happened last, and returns False.
    """
    fields = {"store_id": store_id, **about}
    kind, subject = notice.kind, notice.subject.format_map(fields)
    # One lock for all notices would, with the rows a caller holds already, be a deadlock.
    lock(db, f"notice {kind} {subject}")
    same = (notices.c.kind == kind) & (notices.c.subject == subject)
    found = db.execute(select(notices.c.id, notices.c.closed_at).where(same)).one_or_none()
    link = notice.link.format_map(fields) if notice.link is not None else None
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


def close(db: Connection, notice: Notice, by: str | None = None, **about: int | str) -> None:
    """Close the open notice of this kind about this subject, if there is one.

    `about` has the fields of the notice's subject; `by` None: the product found its cause gone. Then one that
    was dismissed before is settled too, and cannot be opened again by hand.
    """
    _close(db, notice.kind, notice.subject.format_map(about), by)


def dismiss(db: Connection, store_scope: StoreScope, actor: str, notice_id: int) -> None:
    """Close a notice by hand; one that is closed stays as it is. Raises NotFound."""
    row = get_row(db, notices, notice_id, _MISSING, for_whom(store_scope))
    _close(db, row.kind, row.subject, by=actor)


def reopen(db: Connection, store_scope: StoreScope, notice_id: int) -> None:
    """Open a notice again that was dismissed by hand; one that is open stays so.

    Raises NotFound, and Conflict where the product itself closed it, because its cause is gone.
    """
    row = get_row(db, notices, notice_id, _MISSING, for_whom(store_scope))
    if row.closed_at is None:
        return
    if row.closed_by is None:
        raise Conflict("What this notice was about is settled, so it stays closed.")
    db.execute(update(notices).where(notices.c.id == notice_id).values(closed_at=None, closed_by=None))


def _close(db: Connection, kind: str, subject: str, by: str | None) -> None:
    same = (notices.c.kind == kind) & (notices.c.subject == subject)
    is_open, is_dismissed = notices.c.closed_at.is_(None), notices.c.closed_by.is_not(None)
    is_unsettled = is_open | is_dismissed if by is None else is_open
    closed_at = func.coalesce(notices.c.closed_at, literal(clock.now(), notices.c.closed_at.type))
    db.execute(update(notices).where(same, is_unsettled).values(closed_at=closed_at, closed_by=by))
