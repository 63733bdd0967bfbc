"""API tokens: shown once, stored as a hash, with the scope read or write, revocable."""

import logging
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import OperationalError

from writer.db import insert_row, transaction, update_row
from writer.db.schema.users import api_tokens
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid
from writer.people import audit
from writer.people.users.queries import get_token
from writer.people.users.sign_ins import fingerprint

SCOPES = ("read", "write")
_USE_IS_NOTED_EVERY = timedelta(hours=1)  # so that a read over the API does not write each time
log = logging.getLogger("writer")


def make_token(db: Connection, name: str, scope: str, created_by: str) -> str:
    """Store a new token's hash and return the token itself, which cannot be shown again.

    Raises Invalid for an empty or long name or an unknown scope, Conflict if a valid token has the name.
    """
    name = name.strip()
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise Invalid("Give the token a name of 1 to 60 characters.", {"name": "1 to 60 characters"})
    if scope not in SCOPES:
        raise Invalid("The scope must be read or write.", {"scope": "read or write"})
    same = (api_tokens.c.name == name) & api_tokens.c.revoked_at.is_(None)
    if db.execute(select(api_tokens.c.id).where(same)).first() is not None:
        raise Conflict(f"There is a token named {name} already: revoke it first.", {"name": "is in use"})
    token = f"onerom_{secrets.token_urlsafe(32)}"
    now = clock.now()
    hashed = fingerprint(token)
    insert_row(
        db, api_tokens, name=name, token_hash=hashed, scope=scope, created_by=created_by, created_at=now
    )
    audit.note(db, created_by, "token.create", f"token {name}", None, {"name": name, "scope": scope})
    return token


def revoke_token(db: Connection, actor: str, token_id: int) -> str:
    """Revoke a token and return its name. Raises NotFound if no valid token has that id."""
    row = get_token(db, token_id)
    update_row(db, api_tokens, token_id, revoked_at=clock.now())
    was = {"name": row.name, "scope": row.scope}
    audit.note(db, actor, "token.revoke", f"token {row.name}", was, None)
    return str(row.name)


def find_token(db: Connection, token: str) -> Row[Any] | None:
    """Return the row of a valid token, or None."""
    valid = (api_tokens.c.token_hash == fingerprint(token)) & api_tokens.c.revoked_at.is_(None)
    return db.execute(select(api_tokens).where(valid)).one_or_none()


def note_use(row: Row[Any]) -> None:
    """Store the hour in which the token was last used, in a transaction of its own."""
    now = clock.now()
    if row.last_used_at is not None and now - row.last_used_at < _USE_IS_NOTED_EVERY:
        return
    try:
        with transaction() as db:
            update_row(db, api_tokens, row.id, last_used_at=now)
    except OperationalError as error:
        # Reads over the API must work while the database cannot be written.
        log.warning("token use not noted", extra={"fields": {"error": str(error.orig)}})
