"""What the audit room reads: its trail and its notices."""

from typing import Any

from sqlalchemy import Connection, Row, func, select

from writer.schema.audit import notices


def list_notices(db: Connection) -> list[Row[Any]]:
    """Return the open notices (all columns), newest first."""
    is_open = select(notices).where(notices.c.closed_at.is_(None))
    return list(db.execute(is_open.order_by(notices.c.last_at.desc(), notices.c.id.desc())))


def count_notices(db: Connection) -> int:
    """Return how many notices are open."""
    count = select(func.count()).select_from(notices).where(notices.c.closed_at.is_(None))
    return int(db.execute(count).scalar_one())
