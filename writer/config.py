"""The environment (and `.env`, which it overrules) read once into one frozen dataclass.

Every value that is missing or unusable stops the start with one sentence that names it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet
from dotenv import dotenv_values
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting is missing or unusable; the text is a sentence that names it."""


@dataclass(frozen=True)
class Config:
    """What the writer was told by its environment."""

    database_url: str
    secret_key: str
    webhook_shared_secret: str
    encryption_keys: tuple[str, ...]
    admin_user: str | None  # None: a fresh install starts with admin/admin, good only for changing it
    admin_password: str | None
    default_seller: str
    backup_keep_days: int
    max_delivery_bytes: int
    is_dev: bool
    environment: Mapping[str, str]  # what rooms with optional settings of their own read from


def load(environment: Mapping[str, str] | None = None) -> Config:
    """Read the configuration; `environment` replaces both os.environ and `.env` (tests).

    Raises ConfigError with a sentence naming the first value that is missing or unusable.
    """
    if environment is None:
        environment = told()
    return Config(
        database_url=database_url(environment),
        secret_key=_secret(environment, "SECRET_KEY"),
        webhook_shared_secret=_secret(environment, "WEBHOOK_SHARED_SECRET"),
        encryption_keys=_encryption_keys(environment),
        admin_user=environment.get("ADMIN_USER") or None,
        admin_password=_admin_password(environment),
        default_seller=environment.get("DEFAULT_SELLER") or "piers.rocks",
        backup_keep_days=whole_number(environment, "BACKUP_KEEP_DAYS", 14, 1, 3650),
        max_delivery_bytes=5_000_000,
        is_dev=environment.get("ONEROM_DEV") == "1",
        environment=environment,
    )


def told() -> dict[str, str]:
    """Return the environment over what `.env` says."""
    written = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value is not None}
    return {**written, **os.environ}


def database_url(environment: Mapping[str, str]) -> str:
    """Return DATABASE_URL with a relative SQLite path made absolute below the project folder."""
    url = environment.get("DATABASE_URL") or "sqlite:///data/sales.db"
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        if not path or path.startswith(":"):
            raise ConfigError("DATABASE_URL names no file: write sqlite:///data/sales.db.")
        return f"sqlite:///{ROOT / path}"
    if url.startswith("postgresql+psycopg://"):
        try:
            make_url(url)
        except (ArgumentError, ValueError):
            # The reason would quote the password.
            raise ConfigError(
                "DATABASE_URL cannot be read: write postgresql+psycopg://user:password@host/name, and in the"
                " password %40 for @, %3A for : and %2F for /."
            ) from None
        return url
    raise ConfigError("DATABASE_URL must start with sqlite:/// or postgresql+psycopg://.")


def whole_number(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    """Return the whole number a variable holds, or the default where it is not set."""
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
        raise ConfigError(f"{name} must be a whole number from {low} to {high}.")
    return int(text)


def _secret(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise ConfigError(f"{name} is not set: run ./restart.sh once, or put it into .env.")
    if len(value) < 16:
        raise ConfigError(f"{name} is too short: use at least 16 characters.")
    return value


def _encryption_keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(
        key.strip() for key in environment.get("CONFIG_ENCRYPTION_KEY", "").split(",") if key.strip()
    )
    if not keys:
        raise ConfigError("CONFIG_ENCRYPTION_KEY is not set: run ./restart.sh once, or put it into .env.")
    for key in keys:
        try:
            Fernet(key)
        except ValueError as error:
            raise ConfigError("CONFIG_ENCRYPTION_KEY holds a value that is no Fernet key.") from error
    return keys


def _admin_password(environment: Mapping[str, str]) -> str | None:
    password = environment.get("ADMIN_PASSWORD") or None
    if bool(environment.get("ADMIN_USER")) != (password is not None):
        raise ConfigError("ADMIN_USER and ADMIN_PASSWORD must be set together, or neither.")
    if password is not None and len(password) < 12:
        raise ConfigError("ADMIN_PASSWORD is too short: use at least 12 characters.")
    return password
