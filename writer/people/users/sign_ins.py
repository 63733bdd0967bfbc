"""Sign-ins: rows found by a random token, which is in the session cookie or is sent as Bearer token."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from writer.db import insert_row
from writer.db.schema.users import sign_ins, users
from writer.lib import clock

LASTS = {"session": timedelta(hours=12), "access": timedelta(hours=1)}
# Tells an access token from an API token, which begins with "onerom_".
ACCESS_PREFIX = "onerom-access-"


def fingerprint(token: str) -> str:
    """Return the hash of a random token, to be stored; it need not be slow: nobody can guess a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(db: Connection, user_id: int, address: str, agent: str, kind: str = "session") -> str:
    """Store a new sign-in and return its token: for a cookie ('session', valid for 12 hours), or to be sent
    with each request ('access', one hour)."""
    token = f"{ACCESS_PREFIX if kind == 'access' else ''}{secrets.token_urlsafe(32)}"
    now = clock.now()
    db.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
    insert_row(
        db,
        sign_ins,
        token_hash=fingerprint(token),
        user_id=user_id,
        created_at=now,
        expires_at=now + LASTS[kind],
        address=address,
        agent=agent[:200],
        kind=kind,
    )
    return token


def find(db: Connection, token: str, kind: str = "session") -> Row[Any, Any, Any, Any, Any] | None:
    """Return user_id, name, role, must_change_password, theme of a valid sign-in of an active user, or None.

    A token is valid only for the kind it was made for: `kind` as in `start`.
    """
    valid = (
        (sign_ins.c.token_hash == fingerprint(token))
        & (sign_ins.c.expires_at > clock.now())
        & (sign_ins.c.kind == kind)
    )
    more = (users.c.name, users.c.role, users.c.must_change_password, users.c.theme)
    joined = select(users.c.id.label("user_id"), *more).join_from(sign_ins, users)
    return db.execute(joined.where(valid, users.c.is_active)).one_or_none()


def end(db: Connection, token: str) -> None:
    """End one sign-in."""
    db.execute(delete(sign_ins).where(sign_ins.c.token_hash == fingerprint(token)))


def end_all(db: Connection, user_id: int, but: str | None = None) -> None:
    """End every sign-in of a user except the one with the token `but`."""
    theirs = sign_ins.c.user_id == user_id
    if but is not None:
        theirs &= sign_ins.c.token_hash != fingerprint(but)
    db.execute(delete(sign_ins).where(theirs))
