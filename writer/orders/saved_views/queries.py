"""Reads the saved views of one person."""

from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db.schema.saved_views import saved_views


def list_views(db: Connection, user_id: int | None) -> list[Row[Any]]:
    """Return a person's views (id, name, query), oldest first; a program, which is nobody, has none."""
    mine = select(saved_views).where(saved_views.c.user_id == user_id)
    return list(db.execute(mine.order_by(saved_views.c.id)))
