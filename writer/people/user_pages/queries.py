"""Reads for the pages of users and tokens: users, tokens, and the stores that each sees."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from writer.db.schema.stores import stores
from writer.db.schema.users import api_tokens, sign_ins, store_grants, users
from writer.lib import clock


def list_users(db: Connection) -> list[Row[Any]]:
    """Return every user by name, with `sign_ins`, the number of sign-ins that are valid now."""
    valid = select(func.count()).where(sign_ins.c.user_id == users.c.id, sign_ins.c.expires_at > clock.now())
    return list(db.execute(select(users, valid.scalar_subquery().label("sign_ins")).order_by(users.c.name)))


def list_tokens(db: Connection) -> list[Row[Any]]:
    """Return every token, valid ones first, then newest first."""
    newest = select(api_tokens).order_by(api_tokens.c.revoked_at.is_not(None), api_tokens.c.id.desc())
    return list(db.execute(newest))


def count_valid_tokens(db: Connection, created_by: str) -> int:
    """Return how many tokens made by this user still work."""
    valid = (api_tokens.c.created_by == created_by) & api_tokens.c.revoked_at.is_(None)
    return int(db.execute(select(func.count()).select_from(api_tokens).where(valid)).scalar_one())


def list_stores(db: Connection) -> list[Row[Any]]:
    """Return id and name of every store that can be granted, by name."""
    return list(
        db.execute(select(stores.c.id, stores.c.name).order_by(func.lower(stores.c.name), stores.c.id))
    )


def stores_of_users(db: Connection) -> dict[int, list[str]]:
    """Return the names of the granted stores by user; users without any are left out."""
    return _names(db, store_grants.c.user_id)


def stores_of_tokens(db: Connection) -> dict[int, list[str]]:
    """Return the names of the granted stores by token; tokens without any are left out."""
    return _names(db, store_grants.c.token_id)


def _names(db: Connection, owner: ColumnElement[int | None]) -> dict[int, list[str]]:
    query = select(owner, stores.c.name).join(stores, stores.c.id == store_grants.c.store_id)
    found: dict[int, list[str]] = {}
    for owner_id, name in db.execute(query.where(owner.is_not(None)).order_by(func.lower(stores.c.name))):
        found.setdefault(owner_id, []).append(name)
    return found
