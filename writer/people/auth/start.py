"""Runs when the application starts: makes sure that somebody can sign in."""

import logging

from flask import Flask
from sqlalchemy.exc import DBAPIError

from writer.config import Config, ConfigError
from writer.db import Database
from writer.lib.errors import Invalid
from writer.people import users
from writer.people.users import passwords

log = logging.getLogger("writer")


def start(app: Flask, config: Config) -> None:
    """Make a first user if there is none. If the database is unavailable now, the sign-in page does it.

    Raises ConfigError if ADMIN_USER or ADMIN_PASSWORD cannot be used.
    """
    _check(config)
    app.config["PERMANENT_SESSION_LIFETIME"] = users.SIGN_IN_LASTS["session"]
    passwords.prepare()
    database: Database = app.extensions["database"]
    try:
        users.ensure_first_user(database, config.admin_user, config.admin_password)
    except DBAPIError as error:
        log.error(
            "the database is unavailable or was not migrated", extra={"fields": {"error": str(error.orig)}}
        )


def _check(config: Config) -> None:
    if config.admin_user is None or config.admin_password is None:
        return
    try:
        name = users.checked_name(config.admin_user)
    except Invalid as error:
        raise ConfigError(f"ADMIN_USER cannot be used. {error.sentence}") from error
    try:
        passwords.check_new(config.admin_password, name)
    except Invalid as error:
        raise ConfigError(f"ADMIN_PASSWORD cannot be used. {error.sentence}") from error
