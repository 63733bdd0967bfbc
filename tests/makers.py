"""The smallest valid thing of each kind; a test passes only what matters to it."""

from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from writer import config
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.stores import stores
from writer.db.schema.users import api_tokens, users
from writer.people.users import Owner, actions, grants, passwords, queries, sign_ins

WEBHOOK_SECRET = "woo-hook-secret-1"
PASSWORD = "correct horse battery"  # of ada and sam
FERNET_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def make_config(**variables: str) -> config.Config:
    """A configuration as `.env` would give it; keyword arguments are environment variables."""
    return config.load(make_environment(**variables))


def make_environment(**variables: str) -> dict[str, str]:
    """The least that a process of the writer must be given; keyword arguments are added."""
    return {
        "SECRET_KEY": "a-secret-key-for-tests-only",
        "WEBHOOK_SHARED_SECRET": WEBHOOK_SECRET,
        "CONFIG_ENCRYPTION_KEY": FERNET_KEY,
        **variables,
    }


def add_people(url: str) -> None:
    """Add ada, an admin, and sam, who is staff."""
    database = Database(url)
    with database.transaction() as db:
        actions.insert_user(db, "ada", _password_hash(), "admin", must_change=False, by="system")
        actions.insert_user(db, "sam", _password_hash(), "staff", must_change=False, by="system")
        db.execute(delete(audit_entries))  # a test looks for what it did itself
    database.close()


@cache
def _password_hash() -> str:
    return passwords.hashed(PASSWORD)


def sign_in_as(app: Flask, name: str) -> FlaskClient:
    """A browser in which this user has signed in just now."""
    database: Database = app.extensions["database"]
    with database.transaction() as db:
        user = queries.find_user(db, name)
        assert user is not None
        token = sign_ins.start(db, user.id, "127.0.0.1", "test")
    client = app.test_client()
    with client.session_transaction() as session:
        session["sign_in"] = token
    return client


def user_id(database: Database, name: str = "sam") -> int:
    """The number of a user."""
    with database.reading() as db:
        user = queries.find_user(db, name)
    assert user is not None
    return int(user.id)


def session_cookie(app: Flask, name: str) -> tuple[str, str]:
    """The name and value of the cookie of a browser in which this user is signed in."""
    cookie = sign_in_as(app, name).get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return cookie.key, cookie.value


def grant_every_store(database: Database) -> None:
    """Let every staff user and every token see all stores there are now."""
    with database.transaction() as db:
        store_ids = list(db.execute(select(stores.c.id)).scalars())
        owners = [Owner(user_id=user_id) for user_id in db.execute(select(users.c.id)).scalars()]
        owners += [Owner(token_id=token_id) for token_id in db.execute(select(api_tokens.c.id)).scalars()]
        for owner in owners:
            grants.grant(db, "ada", owner, store_ids)
        db.execute(delete(audit_entries).where(audit_entries.c.action.endswith(".grant")))
