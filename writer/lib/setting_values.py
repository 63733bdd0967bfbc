"""What the text of a setting means: each function returns a value, or raises ConfigError with a sentence.

A `Given` is the name of a setting and its text, "" where it is not set. Functions that take limits return the
function that reads such a setting. What needs the network or the database is not checked here.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

AIRTABLE = "https://api.airtable.com"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SITE_PARTS = ("site_id", "base_url", "wc_key", "wc_secret")
_AIRTABLE_ID = re.compile(r"app[A-Za-z0-9]+")


class ConfigError(Exception):
    """A setting is missing or unusable; the text is a sentence that names it."""


class Given(NamedTuple):
    """A setting as it was given."""

    name: str
    text: str


@dataclass(frozen=True)
class StoreSettings:
    """A store that is there from the start, as it was written."""

    site_id: str | None
    base_url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class AirtableSettings:
    """Where Airtable is told what. A table is a name or an id; None: this part is not told."""

    token: str = field(repr=False)
    base_id: str
    stock_table: str | None
    events_table: str | None
    url: str = AIRTABLE

    def target(self, table: str) -> str:
        """Return what names a table for good: what was told to another one has to be told again."""
        return f"{self.base_id}/{table}"


def text(default: str) -> Callable[[Given], str]:
    return lambda given: given.text or default


def optional(given: Given) -> str | None:
    return given.text or None


def whole_number(default: int, low: int, high: int) -> Callable[[Given], int]:
    def read(given: Given) -> int:
        found = given.text.strip() or str(default)
        if not found.isascii() or not found.isdecimal() or not low <= int(found) <= high:
            raise ConfigError(f"{given.name} must be a whole number from {low} to {high}.")
        return int(found)

    return read


def switch(default: bool) -> Callable[[Given], bool]:
    def read(given: Given) -> bool:
        found = given.text.strip() or str(int(default))
        if found not in ("0", "1"):
            raise ConfigError(f"{given.name} must be 0 or 1.")
        return found == "1"

    return read


def time_zone(given: Given) -> ZoneInfo:
    name = given.text.strip() or "UTC"
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ConfigError(f"{given.name} must be the name of a time zone, such as Europe/Berlin.") from None


def log_level(given: Given) -> str:
    found = given.text.strip().upper() or "INFO"
    if found not in LOG_LEVELS:
        raise ConfigError(f"{given.name} must be one of {', '.join(LOG_LEVELS).lower()}.")
    return found


def secret(given: Given) -> str:
    if not given.text:
        raise ConfigError(f"{given.name} is not set: run ./restart.sh once, or put it into .env.")
    if len(given.text) < 16:
        raise ConfigError(f"{given.name} is too short: use at least 16 characters.")
    return given.text


def password(given: Given) -> str | None:
    if given.text and len(given.text) < 12:
        raise ConfigError(f"{given.name} is too short: use at least 12 characters.")
    return given.text or None


def encryption_keys(given: Given) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in given.text.split(",") if key.strip())
    if not keys:
        raise ConfigError(f"{given.name} is not set: run ./restart.sh once, or put it into .env.")
    for key in keys:
        try:
            Fernet(key)
        except ValueError as error:
            raise ConfigError(f"{given.name} holds a value that is no Fernet key.") from error
    return keys


def database_url(given: Given) -> str:
    """Return the URL of the database; the path of an SQLite file is as it was given."""
    url = given.text.strip() or "sqlite:///data/sales.db"
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        if not path or path.startswith(":"):
            raise ConfigError(f"{given.name} names no file: write sqlite:///data/sales.db.")
        return url
    if not url.startswith("postgresql+psycopg://"):
        raise ConfigError(f"{given.name} must start with sqlite:/// or postgresql+psycopg://.")
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        # The reason would quote the password.
        raise ConfigError(
            f"{given.name} cannot be read: write postgresql+psycopg://user:password@host/name, and in the"
            " password %40 for @, %3A for : and %2F for /."
        ) from None
    return url


def public_address(given: Given) -> str | None:
    """Return an address that others reach us at, without a slash at its end."""
    url = given.text.strip().rstrip("/")
    if not url:
        return None
    if not _is_address(url) or "?" in url or "#" in url:
        raise ConfigError(f"{given.name} must be an address such as https://hub.example.")
    return url


def messenger_address(given: Given) -> str | None:
    url = given.text.strip()
    if url and not _is_address(url):
        raise ConfigError(f"{given.name} must be an address that starts with https:// or http://.")
    return url or None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0  # reading the port raises where it is none
    except ValueError:
        return False
    return has_host and parts.scheme in ("http", "https") and url.isprintable() and " " not in url


def stores(sites: Given, url: Given, key: Given, secret: Given) -> tuple[StoreSettings, ...]:
    """Return the stores that are there from the start: those of a JSON list, and one by three settings."""
    found = [StoreSettings(*(site[part] for part in SITE_PARTS)) for site in _sites(sites)]
    one = [given.text.strip() for given in (url, key, secret)]
    if any(one):
        if not all(one):
            raise ConfigError(f"{url.name}, {key.name} and {secret.name} must be set together.")
        found.append(StoreSettings(None, *one))
    return tuple(found)


def _sites(given: Given) -> list[dict[str, str]]:
    listed = _json(given.text.strip() or "[]")
    if not isinstance(listed, list) or not all(_is_site(site) for site in listed):
        raise ConfigError(
            f'{given.name} must be a JSON list such as [{{"site_id": "uk", "base_url": "https://shop.example",'
            ' "wc_key": "ck_...", "wc_secret": "cs_..."}].'
        )
    if len({site["site_id"] for site in listed}) < len(listed):
        raise ConfigError(f"{given.name} names a site_id twice.")
    return listed


def _is_site(site: Any) -> bool:
    if not isinstance(site, dict):
        return False
    return all(isinstance(site.get(part), str) and site[part] for part in SITE_PARTS)


def airtable(token: Given, base_id: Given, tables: Given, url: Given) -> AirtableSettings | None:
    """Return what is set up; None where none of the three that Airtable needs is given."""
    needed = token, base_id, tables
    if not any(given.text.strip() for given in needed):
        return None
    for given in needed:
        if not given.text.strip():
            names = ", ".join(each.name for each in needed)
            raise ConfigError(f"{given.name} is not set: Airtable needs all of {names}.")
    key, base, address = (given.text.strip() for given in (token, base_id, url))
    if not key.isascii() or any(character.isspace() for character in key):
        raise ConfigError(f"{token.name} is no personal access token: paste it as Airtable showed it.")
    if not _AIRTABLE_ID.fullmatch(base):
        raise ConfigError(f"{base_id.name} must be the id of a base, such as appA1b2C3d4E5f6G7.")
    address = (address or AIRTABLE).rstrip("/")
    if not re.fullmatch(r"https?://[^/\s]+", address):
        raise ConfigError(f"{url.name} must be an address such as {AIRTABLE}.")
    named = _tables(tables)
    return AirtableSettings(key, base, named.get("stock"), named.get("events"), address)


def _tables(given: Given) -> dict[str, str]:
    """Read {"stock": "name or id", "events": "name or id"}; one of the two may be left out."""
    named = _json(given.text)
    if not isinstance(named, dict) or not named or not set(named) <= {"stock", "events"}:
        raise ConfigError(
            f'{given.name} must be such as {{"stock": "Stock", "events": "Events"}}, or one of the two.'
        )
    for name, table in named.items():
        if not isinstance(table, str) or not table.strip():
            raise ConfigError(f"{given.name}: {name} must be the name or the id of a table.")
    return {name: table.strip() for name, table in named.items()}


def _json(text: str) -> Any:
    """Return what JSON holds; None, which no setting may be, where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
