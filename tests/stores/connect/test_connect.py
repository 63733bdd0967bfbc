"""Connecting a store: each thing that can be wrong is named, and what works is kept encrypted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.fake_services.store_answers import Answer
from tests.fake_services.store_model import ApiKey
from tests.fake_services.woocommerce import FakeStore
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid
from writer.stores.connect import actions as connect
from writer.stores.registry import Keyring, registry
from writer.stores.registry.contact import site_of, why_not
from writer.stores.woocommerce import Client, Site, problems

pytestmark = pytest.mark.usefixtures("reads_once")


@pytest.fixture
def secure() -> Iterator[FakeStore]:
    with FakeStore("Shop A", https=True) as store:
        yield store


def site(store: FakeStore, key: ApiKey | None = None) -> Site:
    own = key or ApiKey(store.key, store.secret, "read_write")
    return Site(store.url, own.key, own.secret, ca_bundle=store.ca_bundle, timeout_s=5)


# Addresses and keys as people paste them


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("shop.example", "https://shop.example"),
        (" https://Shop.Example/ ", "https://shop.example"),
        ("https://shop.example/wp-json/wc/v3/", "https://shop.example"),
        ("https://shop.example/wp-admin/admin.php?page=wc-settings", "https://shop.example"),
        ("https://example.org/Shop/", "https://example.org/Shop"),
        ("http://127.0.0.1:8201", "http://127.0.0.1:8201"),
        ("https://shop.example/#top", "https://shop.example"),
    ],
)
def test_address_is_understood_however_it_was_pasted(typed: str, meant: str) -> None:
    assert connect.address(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "https://",
        "ftp://shop.example",
        "https://a b",
        "https://me:pw@shop.example",
        "http://[",
        "x:y",
        "https://shop.example:99999/",
    ],
)
def test_what_is_no_address_is_refused_by_name(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        connect.address(typed)

    assert list(caught.value.errors) == ["base_url"]


def test_swapped_keys_are_put_right() -> None:
    assert connect.keys(" cs_2 ", "ck_1") == ("ck_1", "cs_2")


@pytest.mark.parametrize(
    ("key", "secret", "field"),
    [
        ("", "cs_1", "key"),
        ("ck_1", "", "secret"),
        ("ck_1", "ck_1", "secret"),
        ("cs_1", "cs_1", "key"),
        ("é", "cs_1", "key"),
    ],
)
def test_unusable_key_is_refused_by_name(key: str, secret: str, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        connect.keys(key, secret)

    assert list(caught.value.errors) == [field]


# Looking at a store


def test_store_in_order_is_found_with_its_name_and_address(store: FakeStore) -> None:
    found = connect.look(site(store))

    assert (found.title, found.auth, found.source) == ("Shop A", "oauth", registry.normalised(store.url))
    assert "unencrypted" in found.remarks[0]


@pytest.mark.parametrize("home", ["", "/", "http://shop.example:99999/", None])
def test_a_store_that_does_not_say_its_address_has_the_one_it_was_found_at(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    monkeypatch.setattr(Client, "index", lambda _: {"home": home})

    assert connect.look(site(store)).source == registry.normalised(store.url)


def test_secure_store_in_order_needs_no_remark(secure: FakeStore) -> None:
    found = connect.look(site(secure))

    assert (found.auth, found.remarks) == ("basic", ())


def test_stripped_header_is_found_out_and_said(secure: FakeStore) -> None:
    secure.strip_authorization = True

    found = connect.look(site(secure))

    assert found.auth == "query"
    assert "Authorization header" in found.remarks[0]


def test_looking_changes_nothing_in_the_store(store: FakeStore) -> None:
    store.add_product("X", 5)

    connect.look(site(store))

    assert store.stock("X") == 5
    assert store.calls.writes() == []


@pytest.mark.parametrize("https", [False, True])
@pytest.mark.parametrize(
    ("key", "expected", "words"),
    [
        ("read_only_key", problems.KeysReadOnly, "may only read"),
        ("write_only_key", problems.KeysRefused, "may only write"),
        ("deleted_user_key", problems.KeysRefused, "[Cc]onsumer key"),
        ("wrong_secret_key", problems.KeysRefused, "[Ss]ecret|signature"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(
    https: bool, key: str, expected: type[problems.StoreError], words: str
) -> None:
    with FakeStore(https=https) as store, pytest.raises(expected, match=words):
        connect.look(site(store, getattr(store, key)))


@pytest.mark.parametrize(
    ("fault", "value", "expected", "words"),
    [
        ("deactivated", True, problems.NotWooCommerce, "switched off"),
        ("firewall_page", True, problems.BlockedByFirewall, "firewall"),
        ("firewall_block", True, problems.BlockedByFirewall, "firewall"),
        ("redirect_to", "https://other.example", problems.StoreMoved, "https://other.example"),
        ("down", True, problems.StoreUnreachable, "cannot be reached"),
        ("maintenance", True, problems.StoreBusy, "maintenance"),
    ],
)
def test_what_is_wrong_with_a_store_is_said(
    store: FakeStore, fault: str, value: object, expected: type[problems.StoreError], words: str
) -> None:
    setattr(store.faults, fault, value)

    with pytest.raises(expected, match=words):
        connect.look(site(store))


def test_index_hidden_from_strangers_does_not_stop_the_keys(store: FakeStore) -> None:
    store.faults.firewall_block = True
    store.faults.only = lambda method, path: path.rstrip("/").endswith("/wp-json")

    assert connect.look(site(store)).auth == "oauth"


# Keeping it


def found(store: FakeStore) -> connect.Found:
    return connect.Found(store.url, registry.normalised(store.url), "Shop A", "oauth")


def test_saved_keys_are_encrypted_and_open_again(db: Database, ring: Keyring, store: FakeStore) -> None:
    with db.transaction() as connection:
        row = connect.save(connection, ring, "ada", site(store), found(store), "", "shop-a")

    assert (row.name, row.site_id, row.base_url, row.auth) == ("Shop A", "shop-a", store.url, "oauth")
    assert store.secret not in str(row)
    with Client(site_of(row, ring.vault)) as client:
        assert client.webhooks() == []


def test_audit_of_a_connection_holds_no_key(db: Database, ring: Keyring, store: FakeStore) -> None:
    with db.transaction() as connection:
        connect.save(connection, ring, "ada", site(store), found(store), "")
        entries = connection.execute(audit_entries.select()).all()

    assert {entry.action for entry in entries} == {"store.add", "store.connect"}
    assert store.key not in str(entries)
    assert store.secret not in str(entries)


def test_store_known_by_its_webhooks_gets_the_keys(db: Database, ring: Keyring, store: FakeStore) -> None:
    with db.transaction() as connection:
        known = registry.register(connection, registry.normalised(store.url), "first delivery")
        row = connect.save(connection, ring, "ada", site(store), found(store), "")

    assert row.id == known.id


def test_connecting_the_same_store_twice_is_a_conflict(db: Database, ring: Keyring, store: FakeStore) -> None:
    with db.transaction() as connection:
        connect.save(connection, ring, "ada", site(store), found(store), "")

        with pytest.raises(Conflict):
            connect.save(connection, ring, "ada", site(store), found(store), "")


def test_address_of_another_store_is_a_conflict(db: Database, ring: Keyring, store: FakeStore) -> None:
    with db.transaction() as connection:
        connect.save(connection, ring, "ada", site(store), found(store), "")
        other = registry.register(connection, "other.example", "ada")

        with pytest.raises(Conflict, match="Another store"):
            connect.save(connection, ring, "ada", site(store), found(store), "", "", other.id)


@pytest.mark.parametrize(("name", "site_id", "field"), [("x" * 61, "", "name"), ("ok", "a b", "site_id")])
def test_unusable_name_is_refused_by_field(
    db: Database, ring: Keyring, store: FakeStore, name: str, site_id: str, field: str
) -> None:
    with db.transaction() as connection, pytest.raises(Invalid) as caught:
        connect.save(connection, ring, "ada", site(store), found(store), name, site_id)

    assert list(caught.value.errors) == [field]


def test_short_name_of_another_store_is_refused(db: Database, ring: Keyring, store: FakeStore) -> None:
    with db.transaction() as connection:
        connect.save(connection, ring, "ada", site(store), found(store), "", "a")
        other = connect.Found("https://other.example", "other.example", "B", "oauth")

        with pytest.raises(Invalid, match="cannot be saved"):
            connect.save(connection, ring, "ada", site(store), other, "", "a")


def test_p19_new_keys_let_a_paused_store_go_on(db: Database, ring: Keyring, store: FakeStore) -> None:
    with db.transaction() as connection:
        row = connect.save(connection, ring, "ada", site(store), found(store), "")
        later = clock.now() + timedelta(hours=1)
        paused = {
            "push_state": "paused",
            "pause_reason": "x",
            "key_refusals": 2,
            "failures_in_a_row": 2,
            "next_call_at": later,
        }
        connection.execute(update(stores).where(stores.c.id == row.id).values(**paused))

        after = connect.save(connection, ring, "ada", site(store), found(store), "", "", row.id)

    assert (after.push_state, after.pause_reason, after.key_refusals) == ("on", None, 0)
    assert why_not(after) is None


@pytest.mark.parametrize("typed", ["/shop", "/shop/socks", "/shop/?page=2"])
def test_the_address_of_a_page_of_the_shop_leads_to_the_shop(store: FakeStore, typed: str) -> None:
    base_url = connect.address(store.url + typed)

    found = connect.look(Site(base_url, store.key, store.secret))

    assert found.base_url == store.url


class WithoutRewriting(FakeStore):
    """A web server that passes nothing on to WordPress but what begins with /index.php."""

    def _serve(self, request: Any) -> Any:
        if not request.path.startswith("/index.php/"):
            return Answer(404, b"<!DOCTYPE html><title>404 Not Found</title>", {}, "text/html")
        return super()._serve(replace(request, path=request.path.removeprefix("/index.php")))


class NoShop(FakeStore):
    """A web server without a WordPress."""

    def _serve(self, request: Any) -> Any:
        return Answer(404, b"<!DOCTYPE html><title>404 Not Found</title>", {}, "text/html")


def test_almost_pretty_permalinks_are_found_and_kept() -> None:
    with WithoutRewriting("Shop A", https=True) as store:
        found = connect.look(Site(store.url, store.key, store.secret, ca_bundle=store.ca_bundle))

        assert found.base_url == f"{store.url}/index.php"


def test_an_address_without_a_shop_is_refused_with_what_it_answers() -> None:
    with NoShop("Shop A") as store, pytest.raises(problems.NotWooCommerce, match="No REST API is found"):
        connect.look(Site(f"{store.url}/shop", store.key, store.secret))
