"""The check of a name and password for page and API, slow enough that guessing is of no use."""

import logging
from typing import Any

from flask import current_app, request
from sqlalchemy import Row

from writer import config
from writer.db import database, transaction
from writer.people import users
from writer.people.auth import throttle
from writer.people.users import passwords

log = logging.getLogger("writer")


def check(name: str, password: str) -> tuple[Row[Any] | None, int]:
    """Return the user with this name and password, or None and the seconds to wait."""
    settings: config.Config = current_app.config["ONEROM"]
    users.ensure_first_user(database(), settings.admin_user, settings.admin_password)
    address = request.remote_addr or ""
    with transaction() as db:
        wait_s = throttle.count_try(db, name, address)
        user = users.find_user(db, name)
    if wait_s:
        log.warning("sign-in slowed down", extra={"fields": {"address": address, "wait_s": wait_s}})
        return None, wait_s
    # Outside of the transaction, because hashing is slow; an unknown name takes as long as a known one.
    is_right = passwords.is_right(user.password_hash if user else None, password)
    return (user if is_right and user is not None and user.is_active else None), 0


def refusal(wait_s: int) -> str:
    """Return why the sign-in failed, without revealing whether the user exists."""
    if wait_s:
        return f"Too many wrong tries. Please wait {wait_s} seconds and try again."
    return "Name or password is wrong."
