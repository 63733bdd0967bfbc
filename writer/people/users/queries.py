"""Reads of users, sign-ins and tokens."""

from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db import get_row
from writer.db.schema.users import api_tokens, sign_ins, users
from writer.lib import clock


def get_user(db: Connection, user_id: int) -> Row[Any]:
    """Return a user's row. Raises NotFound."""
    return get_row(db, users, user_id, "There is no such user.")


def find_user(db: Connection, name: str) -> Row[Any] | None:
    """Return the row of the user with this name, active or not, or None."""
    # PostgreSQL refuses NUL in text; no name has one.
    folded = name.replace("\0", " ").strip().casefold()
    return db.execute(select(users).where(users.c.name == folded)).one_or_none()


def list_sign_ins(db: Connection, user_id: int) -> list[Row[Any]]:
    """Return a user's valid sign-ins, newest first."""
    valid = (sign_ins.c.user_id == user_id) & (sign_ins.c.expires_at > clock.now())
    return list(db.execute(select(sign_ins).where(valid).order_by(sign_ins.c.created_at.desc())))


def get_token(db: Connection, token_id: int) -> Row[Any]:
    """Return the row of a token that was not revoked. Raises NotFound."""
    missing = "There is no such token, or it was revoked."
    return get_row(db, api_tokens, token_id, missing, api_tokens.c.revoked_at.is_(None))
