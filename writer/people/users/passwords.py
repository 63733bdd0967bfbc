"""How passwords are hashed and which are good enough. Knows neither database nor request."""

import secrets
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from writer.lib.errors import Invalid

SHORTEST = 12
LONGEST = 200  # a longer one would only cost time to hash


def hashed(password: str) -> str:
    """Return the scrypt hash of a password, to be stored."""
    return generate_password_hash(password, method="scrypt")


def is_right(stored: str | None, password: str) -> bool:
    """Tell whether the password matches the stored hash. It takes as long if there is none (no such user)."""
    matches = check_password_hash(stored or _dummy(), password[:LONGEST])
    return matches and stored is not None


def prepare() -> None:
    """Make the hash that unknown names are compared with, so that the first one takes no longer."""
    _dummy()


@cache
def _dummy() -> str:
    return hashed(secrets.token_urlsafe(16))


def check_new(password: str, name: str, old_hash: str | None = None, field: str = "password") -> None:
    """Raise Invalid naming `field`, unless the user called `name` may choose this password."""
    complaint = None
    if len(password) < SHORTEST:
        complaint = f"Use at least {SHORTEST} characters."
    elif len(password) > LONGEST:
        complaint = f"Use at most {LONGEST} characters."
    elif password.casefold() == name.casefold():
        complaint = "Choose a password that is not the name."
    elif old_hash is not None and is_right(old_hash, password):
        complaint = "Choose a password that is not the old one."
    if complaint is not None:
        raise Invalid(f"This password cannot be used. {complaint}", {field: complaint})


def temporary() -> str:
    """Return a random temporary password that is easy to read out: four groups of four characters."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
