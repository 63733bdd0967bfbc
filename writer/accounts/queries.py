"""What the accounts room reads: users, their sign-ins, tokens."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from writer import clock
from writer.errors import NotFound
from writer.schema.accounts import api_tokens, sign_ins, store_grants, users
from writer.schema.stores import stores


def get_user(db: Connection, user_id: int) -> Row[Any]:
    """Return a user's row. Raises NotFound."""
    row = db.execute(select(users).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such user.")
    return row


def find_user(db: Connection, name: str) -> Row[Any] | None:
    """Return the row of the user of this name, active or not, or None."""
    # PostgreSQL refuses NUL in a text; nobody is called so.
    folded = name.replace("\0", " ").strip().casefold()
    return db.execute(select(users).where(users.c.name == folded)).one_or_none()


def list_users(db: Connection) -> list[Row[Any]]:
    """Return every user by name, with `sign_ins`: how many are valid now."""
    valid = select(func.count()).where(sign_ins.c.user_id == users.c.id, sign_ins.c.expires_at > clock.now())
    return list(db.execute(select(users, valid.scalar_subquery().label("sign_ins")).order_by(users.c.name)))


def list_sign_ins(db: Connection, user_id: int) -> list[Row[Any]]:
    """Return a user's valid sign-ins, newest first."""
    valid = (sign_ins.c.user_id == user_id) & (sign_ins.c.expires_at > clock.now())
    return list(db.execute(select(sign_ins).where(valid).order_by(sign_ins.c.created_at.desc())))


def list_tokens(db: Connection) -> list[Row[Any]]:
    """Return every token, valid ones first, then newest first."""
    newest = select(api_tokens).order_by(api_tokens.c.revoked_at.is_not(None), api_tokens.c.id.desc())
    return list(db.execute(newest))


def get_token(db: Connection, token_id: int) -> Row[Any]:
    """Return the row of a token that was not revoked. Raises NotFound."""
    valid = (api_tokens.c.id == token_id) & api_tokens.c.revoked_at.is_(None)
    row = db.execute(select(api_tokens).where(valid)).one_or_none()
    if row is None:
        raise NotFound("There is no such token, or it was revoked before.")
    return row


def count_valid_tokens(db: Connection, created_by: str) -> int:
    """Return how many tokens made by this user still work."""
    valid = (api_tokens.c.created_by == created_by) & api_tokens.c.revoked_at.is_(None)
    return int(db.execute(select(func.count()).select_from(api_tokens).where(valid)).scalar_one())


def list_stores(db: Connection) -> list[Row[Any]]:
    """Return id and name of every store, by name, to be granted."""
    return list(
        db.execute(select(stores.c.id, stores.c.name).order_by(func.lower(stores.c.name), stores.c.id))
    )


def stores_of_users(db: Connection) -> dict[int, list[str]]:
    """Return by user the names of the stores granted; users without any are left out."""
    return _names(db, store_grants.c.user_id)


def stores_of_tokens(db: Connection) -> dict[int, list[str]]:
    """Return by token the names of the stores granted; tokens without any are left out."""
    return _names(db, store_grants.c.token_id)


def _names(db: Connection, owner: ColumnElement[int | None]) -> dict[int, list[str]]:
    query = select(owner, stores.c.name).join(stores, stores.c.id == store_grants.c.store_id)
    found: dict[int, list[str]] = {}
    for owner_id, name in db.execute(query.where(owner.is_not(None)).order_by(func.lower(stores.c.name))):
        found.setdefault(owner_id, []).append(name)
    return found
