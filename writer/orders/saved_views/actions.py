"""Saves, renames and deletes the views of one person. What a view shows is read by orders/browse."""

from sqlalchemy import Connection, delete, func, select

from writer.db import get_row, insert_row, lock, update_row
from writer.db.schema.saved_views import saved_views
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid

LONGEST_NAME = 40
MOST_VIEWS = 20  # they stand side by side above the list
LONGEST_QUERY = 1000
_MISSING = "There is no such view."


def save(db: Connection, user_id: int, name: str, query: str) -> int:
    """Keep the list of `query` under `name` and return its id; a view of this name shows that list then.

    Raises Invalid naming `name`, and Conflict for one view too many.
    """
    title = _check(name)
    if len(query) > LONGEST_QUERY:
        raise Conflict("This list has too many filters to be saved.")
    lock(db, f"saved views of {user_id}")
    known = _find(db, user_id, title)
    if known is not None:
        update_row(db, saved_views, known, query=query)
        return known
    how_many = select(func.count()).select_from(saved_views).where(saved_views.c.user_id == user_id)
    if db.execute(how_many).scalar_one() >= MOST_VIEWS:
        raise Conflict(f"{MOST_VIEWS} views are kept for each person. Delete one first.")
    return insert_row(db, saved_views, user_id=user_id, name=title, query=query, created_at=clock.now())


def rename(db: Connection, user_id: int, view_id: int, name: str) -> None:
    """Give a view another name. Raises Invalid naming `name`, NotFound."""
    title = _check(name)
    lock(db, f"saved views of {user_id}")
    get_row(db, saved_views, view_id, _MISSING, saved_views.c.user_id == user_id)
    if _find(db, user_id, title) not in (None, view_id):
        raise Invalid("The view cannot be renamed.", {"name": "Another view has this name."})
    update_row(db, saved_views, view_id, name=title)


def remove(db: Connection, user_id: int, view_id: int) -> str:
    """Delete a view and return the name it had. Raises NotFound."""
    row = get_row(db, saved_views, view_id, _MISSING, saved_views.c.user_id == user_id)
    db.execute(delete(saved_views).where(saved_views.c.id == view_id))
    return str(row.name)


def _check(name: str) -> str:
    title = " ".join(name.replace("\0", "").split())
    if not title or len(title) > LONGEST_NAME:
        raise Invalid("The view needs a name.", {"name": f"Write 1 to {LONGEST_NAME} characters."})
    return title


def _find(db: Connection, user_id: int, name: str) -> int | None:
    mine = (saved_views.c.user_id == user_id) & (saved_views.c.name == name)
    return db.execute(select(saved_views.c.id).where(mine)).scalar_one_or_none()
