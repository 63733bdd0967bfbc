"""Stores named in the environment, added once: SITES, or WC_STORE_URL with its two keys.

From then on the pages change them. A later change of the environment has no effect, except that a store
known only by its webhooks gets its keys.
"""

import logging
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from writer import db as database
from writer.config import Config, ConfigError
from writer.db import Database
from writer.lib.errors import Invalid
from writer.lib.setting_values import StoreSettings
from writer.people import audit
from writer.stores import registry
from writer.stores.connect import actions
from writer.stores.registry import Keyring

log = logging.getLogger("writer")
BY = "environment"


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
    """Add the stores of the environment once. Raises ConfigError where SITES or WC_... cannot be used."""
    known: Database = app.extensions["database"]
    try:
        wanted = seeds(config)
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


def seeds(config: Config) -> list[Seed]:
    """Return the stores the settings name; raises ConfigError naming the setting that is unusable."""
    return [_seed(store) for store in config.stores]


def plant(db: Connection, ring: Keyring, wanted: list[Seed]) -> list[int]:
    """Add the stores that do not exist, by short name, address or keys; return the ids of the added ones."""
    database.lock(db, "seed stores")
    return [store_id for seed in wanted if (store_id := _plant(db, ring, seed)) is not None]


def _plant(db: Connection, ring: Keyring, seed: Seed) -> int | None:
    source = registry.normalised(seed.base_url)
    named = registry.find_named(db, seed.site_id) if seed.site_id else None
    row = named or registry.find(db, source)
    keys = registry.Keys(seed.base_url, seed.key, seed.secret)
    if row is not None and row.consumer_key_encrypted is not None:
        return None
    if row is None and registry.are_known(db, ring.vault, keys):
        return None  # it has moved, or the setting names the address from before
    if row is None:
        row = registry.register(db, source, BY)
    is_unnamed = row.name == source[:60]
    name = seed.site_id[:60] if seed.site_id and is_unnamed else row.name
    registry.set_keys(db, ring.vault, row.id, keys, name=name, site_id=row.site_id or seed.site_id)
    told = {"base_url": seed.base_url, "site_id": seed.site_id, "keys": "new"}
    audit.note(db, BY, "store.connect", f"store {row.id}", None, told)
    return int(row.id)


def _seed(store: StoreSettings) -> Seed:
    try:
        if store.site_id is not None:
            actions.check_site_id(store.site_id)
        return Seed(store.site_id, actions.address(store.base_url), *actions.keys(store.key, store.secret))
    except Invalid as error:
        field, sentence = next(iter(error.errors.items()))
        setting = "WC_STORE_URL" if store.site_id is None else "SITES"
        raise ConfigError(f"{setting} cannot be used: {field}: {sentence}") from None
