"""Stores named in the environment, added once: SITES, or WC_STORE_URL with its two keys.

What is added belongs to the pages from then on: a later change of the environment changes nothing there,
except that a store known only by its webhooks gets its keys.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from writer import db as database
from writer.config import Config, ConfigError, whole_number
from writer.db import Database
from writer.lib.errors import Invalid
from writer.people import audit
from writer.stores import registry, webhook_setup
from writer.stores.connect import actions
from writer.stores.registry import Keyring

log = logging.getLogger("writer")
BY = "environment"
SITES_FORM = 'SITES must be a JSON list such as [{"site_id": "uk", "base_url": "https://shop.example",' + (
    ' "wc_key": "ck_...", "wc_secret": "cs_..."}].'
)


@dataclass(frozen=True)
class Seed:
    """One store of the environment."""

    site_id: str | None
    base_url: str
    key: str
    secret: str

    def __repr__(self) -> str:
        return f"Seed({self.site_id!r}, {self.base_url!r})"


def start(app: Flask, config: Config) -> None:
    """Check the settings of this room, and add the stores of the environment once.

    Raises ConfigError where SITES, WC_..., WRITER_PUBLIC_URL or STORE_INTERVAL_MS cannot be used.
    """
    known: Database = app.extensions["database"]
    try:
        webhook_setup.public_url(config.environment)
        whole_number(config.environment, "STORE_INTERVAL_MS", 0, 0, 60_000)
        wanted = seeds(config.environment)
    except ConfigError:
        known.close()  # nobody will have this application
        raise
    if not wanted:
        return
    try:
        with known.transaction() as db:
            plant(db, app.extensions["keyring"], wanted)
    except DBAPIError as error:
        log.error(
            "the stores of the environment were not added", extra={"fields": {"error": str(error.orig)}}
        )


def seeds(environment: Mapping[str, str]) -> list[Seed]:
    """Return the stores the environment names; raises ConfigError naming the setting that is unusable."""
    found = _of_sites(environment.get("SITES") or "[]")
    url = (environment.get("WC_STORE_URL") or "").strip()
    key, secret = environment.get("WC_CONSUMER_KEY") or "", environment.get("WC_CONSUMER_SECRET") or ""
    if any((url, key, secret)):
        if not all((url, key, secret)):
            raise ConfigError("WC_STORE_URL, WC_CONSUMER_KEY and WC_CONSUMER_SECRET must be set together.")
        found.append(_seed("WC_STORE_URL", None, url, key, secret))
    return found


def plant(db: Connection, ring: Keyring, wanted: list[Seed]) -> list[int]:
    """Add those that are not there yet, by short name or address; return the ids of those that were added."""
    database.lock(db, "seed stores")
    return [store_id for seed in wanted if (store_id := _plant(db, ring, seed)) is not None]


def _plant(db: Connection, ring: Keyring, seed: Seed) -> int | None:
    source = registry.normalised(seed.base_url)
    named = registry.find_named(db, seed.site_id) if seed.site_id else None
    row = named or registry.find(db, source)
    if row is not None and row.consumer_key_encrypted is not None:
        return None
    if row is None:
        row = registry.register(db, source, BY)
    is_unnamed = row.name == source[:60]
    name = seed.site_id[:60] if seed.site_id and is_unnamed else row.name
    keys = registry.Keys(seed.base_url, seed.key, seed.secret)
    registry.set_keys(db, ring.vault, row.id, keys, name=name, site_id=row.site_id or seed.site_id)
    told = {"base_url": seed.base_url, "site_id": seed.site_id, "keys": "new"}
    audit.note(db, BY, "store.connect", f"store {row.id}", None, told)
    return int(row.id)


def _of_sites(text: str) -> list[Seed]:
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError(SITES_FORM) from None
    if not isinstance(listed, list) or not all(isinstance(site, dict) for site in listed):
        raise ConfigError(SITES_FORM)
    found = []
    for site in listed:
        values = [site.get(name) for name in ("site_id", "base_url", "wc_key", "wc_secret")]
        if not all(isinstance(value, str) and value for value in values):
            raise ConfigError(SITES_FORM)
        found.append(_seed("SITES", *values))
    if len({seed.site_id for seed in found}) < len(found):
        raise ConfigError("SITES names a site_id twice.")
    return found


def _seed(setting: str, site_id: str | None, url: str, key: str, secret: str) -> Seed:
    try:
        checked = actions.keys(key, secret)
        if site_id is not None:
            actions.check_site_id(site_id)
        return Seed(site_id, actions.address(url), *checked)
    except Invalid as error:
        field, sentence = next(iter(error.errors.items()))
        raise ConfigError(f"{setting} cannot be used: {field}: {sentence}") from None
