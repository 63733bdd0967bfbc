"""Every setting, read once from the environment and `.env` below it into one frozen dataclass.

Only this module reads the environment; what a room needs of it is handed on. A value that is missing or
unusable stops the start with one sentence that names it.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dotenv.parser import parse_stream

from writer.lib import setting_values as values
from writer.lib.setting_values import ConfigError, Given

__all__ = ["ROOT", "Config", "ConfigError", "environment", "load", "names", "parse", "read_env_file"]

ROOT = Path(__file__).resolve().parent.parent


def setting(read: Callable[..., Any], *names: str) -> Any:
    """Declare a field that `read` makes of the settings with these names."""
    return field(metadata={"read": read, "names": names})


@dataclass(frozen=True, repr=False)
class Config:
    """The settings of the writer, the worker and cron, and where restart.sh has the two services listen."""

    database_url: str = setting(values.database_url, "DATABASE_URL")
    # A push holds a connection for its turn and one that watches, and each store it speaks with two more.
    database_pool_size: int = setting(values.whole_number(16, 4, 1000), "DATABASE_POOL_SIZE")
    database_max_overflow: int = setting(values.whole_number(16, 0, 1000), "DATABASE_MAX_OVERFLOW")
    reader_bind: str = setting(values.text("0.0.0.0"), "READER_BIND")
    reader_port: int = setting(values.whole_number(8106, 1, 65535), "READER_PORT")
    writer_bind: str = setting(values.text("127.0.0.1"), "WRITER_BIND")
    writer_port: int = setting(values.whole_number(8107, 1, 65535), "WRITER_PORT")
    secret_key: str = setting(values.secret, "SECRET_KEY")
    webhook_shared_secret: str = setting(values.secret, "WEBHOOK_SHARED_SECRET")
    encryption_keys: tuple[str, ...] = setting(values.encryption_keys, "CONFIG_ENCRYPTION_KEY")
    # None: a fresh install starts with admin/admin, good only for changing it.
    admin_user: str | None = setting(values.optional, "ADMIN_USER")
    admin_password: str | None = setting(values.password, "ADMIN_PASSWORD")
    shop_name: str = setting(values.text("One ROM"), "SHOP_NAME")
    timezone: ZoneInfo = setting(values.time_zone, "TIMEZONE")  # noqa: RUF009 - it only declares the field
    banner: str | None = setting(values.optional, "BANNER")
    shows_kit: bool = setting(values.switch(False), "SHOW_KIT")
    default_seller: str = setting(values.text("piers.rocks"), "DEFAULT_SELLER")
    public_url: str | None = setting(values.public_address, "WRITER_PUBLIC_URL")
    trusted_proxies: int = setting(values.whole_number(0, 0, 10), "TRUSTED_PROXIES")
    stores: tuple[values.StoreSettings, ...] = setting(
        values.stores, "SITES", "WC_STORE_URL", "WC_CONSUMER_KEY", "WC_CONSUMER_SECRET"
    )
    store_interval_ms: int = setting(values.whole_number(0, 0, 60_000), "STORE_INTERVAL_MS")
    sync_interval_minutes: int = setting(values.whole_number(30, 1, 100_000), "SYNC_INTERVAL")
    sync_days_back: int = setting(values.whole_number(30, 1, 3650), "SYNC_DAYS_BACK")
    order_retention_days: int = setting(values.whole_number(90, 1, 36_500), "ORDER_RETENTION_DAYS")
    raw_retention_days: int = setting(values.whole_number(90, 1, 36_500), "RAW_RETENTION_DAYS")
    notify_url: str | None = setting(values.messenger_address, "NOTIFY_URL")
    backup_keep_days: int = setting(values.whole_number(14, 1, 3650), "BACKUP_KEEP_DAYS")
    runs_cron: bool = setting(values.switch(True), "RUN_CRON")
    log_level: str = setting(values.log_level, "LOG_LEVEL")
    airtable: values.AirtableSettings | None = setting(  # noqa: RUF009 - it only declares the field
        values.airtable, "AIRTABLE_API_KEY", "AIRTABLE_BASE_ID", "AIRTABLE_TABLES_JSON", "AIRTABLE_URL"
    )
    max_delivery_bytes: int = 5_000_000

    def __post_init__(self) -> None:
        """Raise ConfigError where two settings do not go together."""
        if (self.admin_user is None) != (self.admin_password is None):
            raise ConfigError("ADMIN_USER and ADMIN_PASSWORD must be set together, or neither.")
        if self.reader_port == self.writer_port:
            raise ConfigError("READER_PORT and WRITER_PORT must be two different ports.")


def names() -> set[str]:
    """Return the names of all settings."""
    return {name for each in fields(Config) for name in each.metadata.get("names", ())}


def load(given: Mapping[str, str] | None = None) -> Config:
    """Read the configuration; `given` replaces both the environment and `.env`.

    Raises ConfigError with a sentence naming the first value that is missing or unusable.
    """
    given = environment() if given is None else given
    read: dict[str, Any] = {}
    for each in fields(Config):
        if each.metadata:
            texts = [Given(name, given.get(name, "")) for name in each.metadata["names"]]
            read[each.name] = each.metadata["read"](*texts)
    return Config(**{**read, "database_url": _below_root(read["database_url"])})


def environment() -> dict[str, str]:
    """Return the environment over what `.env` says."""
    return {**read_env_file(ROOT / ".env"), **os.environ}


def read_env_file(path: Path) -> dict[str, str]:
    """Return what a `.env` says by the rule of docs/settings.md; nothing where there is none.

    Raises ConfigError.
    """
    try:
        return parse(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise ConfigError(f"{path.name} cannot be read: save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error.strerror}.") from error


def parse(text: str) -> dict[str, str]:
    """Return the settings in the text of a `.env`; nothing in a value is replaced. Raises ConfigError."""
    found = {}
    for line in parse_stream(StringIO(text.removeprefix("\ufeff"))):
        if line.error or (line.key is not None and line.value is None):
            blank = len(line.original.string) - len(line.original.string.lstrip())
            number = line.original.line + line.original.string[:blank].count("\n")
            raise ConfigError(
                f"Line {number} of .env cannot be read: write NAME=value, and a value that holds"
                " # or begins with a quote between single quotes."
            )
        if line.key is not None:
            found[line.key] = line.value or ""
    return found


def _below_root(url: str) -> str:
    file = url.removeprefix("sqlite:///")
    if file == url:
        return url
    if "?" in str(ROOT / file):
        raise ConfigError(
            f"DATABASE_URL cannot name {ROOT / file}, because a ? has a meaning there: rename the folder."
        )
    return f"sqlite:///{ROOT / file}"
