"""What the owner's settings say about Airtable: which token, base and tables; or that there are none."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from writer.config import ConfigError

API = "https://api.airtable.com"
_ID = re.compile(r"app[A-Za-z0-9]+")


@dataclass(frozen=True)
class Settings:
    """Where to tell what. A table is a name or an id; None: this part is not told."""

    token: str = field(repr=False)
    base_id: str
    stock_table: str | None
    events_table: str | None
    url: str = API

    def target(self, table: str) -> str:
        """Return what names a table for good: what was told to another one has to be told again."""
        return f"{self.base_id}/{table}"


def settings(environment: Mapping[str, str]) -> Settings | None:
    """Return the settings, None where nothing is set up.

    Raises ConfigError with a sentence naming the first that is missing or unusable.
    """
    token = environment.get("AIRTABLE_API_KEY") or ""
    base_id = environment.get("AIRTABLE_BASE_ID") or ""
    tables = environment.get("AIRTABLE_TABLES_JSON") or ""
    given = {"AIRTABLE_API_KEY": token, "AIRTABLE_BASE_ID": base_id, "AIRTABLE_TABLES_JSON": tables}
    if not any(value.strip() for value in given.values()):
        return None
    for name, value in given.items():
        if not value.strip():
            raise ConfigError(f"{name} is not set: Airtable needs all of {', '.join(given)}.")
    if not token.strip().isascii() or any(character.isspace() for character in token.strip()):
        raise ConfigError("AIRTABLE_API_KEY is no personal access token: paste it as Airtable showed it.")
    if not _ID.fullmatch(base_id.strip()):
        raise ConfigError("AIRTABLE_BASE_ID must be the id of a base, such as appA1b2C3d4E5f6G7.")
    named = _tables(tables)
    return Settings(
        token.strip(), base_id.strip(), named.get("stock"), named.get("events"), _url(environment)
    )


def _tables(text: str) -> dict[str, str]:
    """Read {"stock": "name or id", "events": "name or id"}; one of the two may be left out."""
    try:
        named = json.loads(text)
    except ValueError:
        named = None
    if not isinstance(named, dict) or not named or not set(named) <= {"stock", "events"}:
        raise ConfigError(
            'AIRTABLE_TABLES_JSON must be such as {"stock": "Stock", "events": "Events"}, or one of the two.'
        )
    for name, table in named.items():
        if not isinstance(table, str) or not table.strip():
            raise ConfigError(f"AIRTABLE_TABLES_JSON: {name} must be the name or the id of a table.")
    return {name: table.strip() for name, table in named.items()}


def _url(environment: Mapping[str, str]) -> str:
    url = (environment.get("AIRTABLE_URL") or API).strip().rstrip("/")
    if not re.fullmatch(r"https?://[^/\s]+", url):
        raise ConfigError(f"AIRTABLE_URL must be an address such as {API}.")
    return url
