"""The settings of the reader: from the environment, and from the `.env` file that the writer reads too."""

import os
import re
import zoneinfo
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from dotenv.parser import parse_stream

HERE = Path(__file__).resolve().parent
DEFAULTS = {
    "DATABASE_URL": "sqlite:///data/sales.db",
    "CORS_ORIGINS": "*",
    "PUBLIC_TITLE": "One ROM",
    "PUBLIC_UNIT": "sold",
    "TIMEZONE": "UTC",
    "PUBLIC_TZ": "",  # that of the shop
    "PUBLIC_MAX_AGE": "60",
    "PUBLIC_BADGE_MAX_AGE": "300",
    "PUBLIC_STALE": "600",
    "READER_WORKERS": "2",
    "READER_THREADS": "4",
    "LOG_LEVEL": "info",
}
AGES = ("PUBLIC_MAX_AGE", "PUBLIC_BADGE_MAX_AGE", "PUBLIC_STALE")  # seconds
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
ZONES = frozenset(zoneinfo.available_timezones())  # read once, because it searches the disk


class SettingError(SystemExit):
    """A setting is unusable; the text is a sentence that names it. It stops the start."""


class Settings(NamedTuple):
    """The settings of the reader, from the environment and the `.env` file below it."""

    database: str  # path of the SQLite file, or address of PostgreSQL
    is_sqlite: bool
    origins: frozenset[str]  # the sites whose pages may read; empty: all
    zone: str
    title: str
    unit: str
    log_level: str
    workers: int
    threads: int
    max_age_s: int
    badge_max_age_s: int
    stale_s: int


def load(given: Mapping[str, str] | None = None) -> Settings:
    """Return the settings; SettingError names the first that is unusable."""
    if given is None:
        given = {**read_env_file(HERE.parent / ".env"), **os.environ}
    value = {name: given.get(name) or default for name, default in DEFAULTS.items()}
    scheme, _, rest = value["DATABASE_URL"].strip().partition("://")
    if scheme not in ("sqlite", "postgresql+psycopg") or not rest.strip("/"):
        raise SettingError("DATABASE_URL must be sqlite:///<file> or postgresql+psycopg://<address>.")
    origins = frozenset(value["CORS_ORIGINS"].replace(" ", "").split(",")) - {"*"}
    if not all(re.fullmatch(r"https?://[^\s/]+", origin) for origin in origins):
        raise SettingError("CORS_ORIGINS must be * or origins such as https://example.com, with commas.")
    named = "PUBLIC_TZ" if value["PUBLIC_TZ"] else "TIMEZONE"
    zone = value[named].strip()
    if zone not in ZONES:
        raise SettingError(f"{named} must be the name of a time zone, such as Europe/Berlin.")
    for name in AGES:
        if not re.fullmatch("[0-9]{1,8}", value[name]):
            raise SettingError(f"{name} must be a whole number of seconds.")
    for name in ("READER_WORKERS", "READER_THREADS"):
        if not re.fullmatch("[1-9][0-9]?", value[name]):
            raise SettingError(f"{name} must be a whole number from 1 to 99.")
    log_level = value["LOG_LEVEL"].strip().upper()
    if log_level not in LOG_LEVELS:
        raise SettingError(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS).lower()}.")
    is_sqlite = scheme == "sqlite"
    database = str(HERE.parent / rest[1:]) if is_sqlite else f"postgresql://{rest}"
    words = value["PUBLIC_TITLE"], value["PUBLIC_UNIT"], log_level
    numbers = (int(value[name]) for name in ("READER_WORKERS", "READER_THREADS", *AGES))
    return Settings(database, is_sqlite, origins, zone, *words, *numbers)


def read_env_file(path: Path) -> dict[str, str]:
    """Return the settings in a `.env` file, by the rule in README; nothing where there is no file."""
    try:
        text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    except (UnicodeDecodeError, OSError) as error:
        raise SettingError(f"{path.name} cannot be read: {error}.") from None
    found = {}
    for line in parse_stream(StringIO(text)):
        if line.error or (line.key is not None and line.value is None):
            blank = len(line.original.string) - len(line.original.string.lstrip())
            number = line.original.line + line.original.string[:blank].count("\n")
            raise SettingError(f"Line {number} of {path.name} cannot be read: README has the rule.")
        if line.key is not None:
            found[line.key] = line.value or ""
    return found
