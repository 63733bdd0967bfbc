"""Stores named in the environment are added once, and never changed by it afterwards."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.makers import make_config
from writer.app import create_app
from writer.config import ConfigError
from writer.db import Database
from writer.db.schema.stores import stores
from writer.stores.connect import seed
from writer.stores.registry import Keyring, registry
from writer.stores.registry.contact import site_of

UK = {"site_id": "uk", "base_url": "https://shop.example/", "wc_key": "ck_1", "wc_secret": "cs_1"}
US = {"site_id": "us", "base_url": "shop.example.com", "wc_key": "ck_2", "wc_secret": "cs_2"}
ONE = {"WC_STORE_URL": "https://shop.example", "WC_CONSUMER_KEY": "ck_1", "WC_CONSUMER_SECRET": "cs_1"}


def rows(db: Database) -> list[Any]:
    with db.reading() as connection:
        return list(connection.execute(select(stores).order_by(stores.c.id)))


def start(database_url: str, **environment: str) -> Flask:
    app = create_app(make_config(DATABASE_URL=database_url, **environment))
    app.extensions["database"].close()
    return app


def test_sites_are_added_with_their_keys_encrypted(
    database_url: str, database: Database, ring: Keyring
) -> None:
    start(database_url, SITES=json.dumps([UK, US]))

    first, second = rows(database)
    assert (first.site_id, first.name, first.base_url, first.source) == (
        "uk",
        "uk",
        "https://shop.example",
        "shop.example",
    )
    assert second.base_url == "https://shop.example.com"
    assert "cs_1" not in str(first)
    assert site_of(first, ring.vault).secret == "cs_1"
    assert (first.push_state, first.auth) == ("off", None)


def test_one_store_is_added_from_its_three_settings(database_url: str, database: Database) -> None:
    start(database_url, **ONE)

    assert [(row.site_id, row.source) for row in rows(database)] == [(None, "shop.example")]


def test_starting_again_adds_and_changes_nothing(database_url: str, database: Database) -> None:
    start(database_url, SITES=json.dumps([UK]), **ONE)
    with database.transaction() as db:
        db.execute(update(stores).values(name="Mine", site_id="mine"))
    before = rows(database)

    start(database_url, SITES=json.dumps([{**UK, "wc_key": "ck_9"}]), **ONE)

    assert rows(database) == before


def test_store_known_by_its_webhooks_gets_the_keys(database_url: str, database: Database) -> None:
    with database.transaction() as db:
        known = registry.register(db, "shop.example", "first delivery")

    start(database_url, SITES=json.dumps([UK]))

    assert [(row.id, row.site_id, row.consumer_key_encrypted is not None) for row in rows(database)] == [
        (known.id, "uk", True)
    ]


@pytest.mark.parametrize("moved", ["https://www.shop.example", "https://another.example"])
def test_known_keys_at_another_address_add_no_second_store(
    database_url: str, database: Database, moved: str
) -> None:
    start(database_url, **ONE)

    start(database_url, **ONE | {"WC_STORE_URL": moved})
    start(database_url, SITES=json.dumps([{**UK, "site_id": "new", "base_url": moved}, US]))

    assert [row.source for row in rows(database)] == ["shop.example", "shop.example.com"]


def test_nothing_named_adds_nothing(database_url: str, database: Database) -> None:
    start(database_url, SITES="", WC_STORE_URL="")

    assert rows(database) == []


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SITES": "{"}, "SITES must be a JSON list"),
        ({"SITES": "{}"}, "SITES must be a JSON list"),
        ({"SITES": "[1]"}, "SITES must be a JSON list"),
        ({"SITES": json.dumps([{"site_id": "uk"}])}, "SITES must be a JSON list"),
        ({"SITES": json.dumps([{**UK, "wc_key": 5}])}, "SITES must be a JSON list"),
        ({"SITES": json.dumps([{**UK, "base_url": "ftp://x"}])}, "SITES cannot be used: base_url"),
        ({"SITES": json.dumps([{**UK, "wc_key": "a b"}])}, "SITES cannot be used: key"),
        ({"SITES": json.dumps([{**UK, "site_id": "a b"}])}, "SITES cannot be used: site_id"),
        ({"SITES": json.dumps([UK, UK])}, "SITES names a site_id twice"),
        ({"WC_STORE_URL": "https://shop.example"}, "must be set together"),
        ({"WC_CONSUMER_KEY": "ck_1"}, "must be set together"),
        ({**ONE, "WC_STORE_URL": "http://["}, "WC_STORE_URL cannot be used"),
        ({"WRITER_PUBLIC_URL": "hub"}, "WRITER_PUBLIC_URL"),
        ({"STORE_INTERVAL_MS": "-1"}, "STORE_INTERVAL_MS"),
    ],
)
def test_unusable_setting_stops_the_start_and_is_named(
    database_url: str, environment: dict[str, str], words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        create_app(make_config(DATABASE_URL=database_url, **environment))

    assert "cs_1" not in str(caught.value)


def test_seed_shows_no_key_when_it_is_printed() -> None:
    assert "cs_1" not in repr(seed.seeds(make_config(**ONE)))


def test_database_that_was_not_migrated_does_not_keep_the_writer_from_starting(
    empty_database_url: str,
) -> None:
    app = start(empty_database_url, **ONE)

    assert "stores" in app.cli.commands
