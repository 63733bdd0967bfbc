"""Reads of people: users, their sign-ins, tokens."""

from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db.schema.users import api_tokens, sign_ins, users
from writer.lib import clock
from writer.lib.errors import NotFound

MAX_ID = 2**31 - 1


def get_user(db: Connection, user_id: int) -> Row[Any]:
    """Return a user's row. Raises NotFound."""
    row = None
    if 0 < user_id <= MAX_ID:
        row = db.execute(select(users).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such user.")
    return row


def find_user(db: Connection, name: str) -> Row[Any] | None:
    """Return the row of the user of this name, active or not, or None."""
    # PostgreSQL refuses NUL in a text; nobody is called so.
    folded = name.replace("\0", " ").strip().casefold()
    return db.execute(select(users).where(users.c.name == folded)).one_or_none()


def list_sign_ins(db: Connection, user_id: int) -> list[Row[Any]]:
    """Return a user's valid sign-ins, newest first."""
    valid = (sign_ins.c.user_id == user_id) & (sign_ins.c.expires_at > clock.now())
    return list(db.execute(select(sign_ins).where(valid).order_by(sign_ins.c.created_at.desc())))


def get_token(db: Connection, token_id: int) -> Row[Any]:
    """Return the row of a token that was not revoked. Raises NotFound."""
    row = None
    if 0 < token_id <= MAX_ID:
        valid = (api_tokens.c.id == token_id) & api_tokens.c.revoked_at.is_(None)
        row = db.execute(select(api_tokens).where(valid)).one_or_none()
    if row is None:
        raise NotFound("There is no such token, or it was revoked before.")
    return row
