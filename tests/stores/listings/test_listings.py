"""Listings: what a store sells is read page by page and matched to the stock list, once and for good."""

import tracemalloc
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from tests.connected import add_product, connect_store, listed, store_row
from tests.fake_services.woocommerce import FakeStore
from writer.db import AlreadyRunning, Database
from writer.db.schema.listings import listings
from writer.db.schema.orders import product_skus
from writer.db.schema.products import products
from writer.db.schema.stores import failures
from writer.lib import clock
from writer.lib.errors import Conflict, Invalid, NotFound
from writer.orders.record import record
from writer.stock import products as stock_products
from writer.stores.listings import actions, items, refresh
from writer.stores.listings.refresh import Refreshed, refresh_all
from writer.stores.registry import Keyring, registry
from writer.stores.woocommerce import client as client_module
from writer.stores.woocommerce import problems, routes, translate


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "READ_AGAIN_AFTER_S", ())


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with FakeStore("Shop A") as store:
        yield store


@pytest.fixture
def store_id(db: Database, ring: Keyring, store: FakeStore) -> int:
    return connect_store(db, ring, store)


def said(db: Database) -> dict[tuple[int, int], str]:
    with db.reading() as connection:
        rows = connection.execute(select(product_skus)).all()
    return {(row.product_id, row.variation_id): row.sku for row in rows}


# Reading


def test_simple_product_becomes_a_listing_that_shows_its_stock(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    product = store.add_product("X-1", 7, name="Fire")

    done = refresh(db, ring.vault, store_id)

    row = listed(db, store_id)["X-1"]
    assert (row.product_id, row.variation_id, row.name, row.shown_quantity) == (product.id, 0, "Fire", 7)
    assert (row.manage_stock, row.allows_backorders, row.stock_product_id) == ("yes", False, None)
    assert (done.items, done.matched, done.unmatched) == (1, 0, 1)


def test_variations_are_listings_and_their_parent_is_none(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    parent = store.add_variable_product("CASE", {"CASE-RED": 3, "CASE-BLUE": 4}, name="Case")

    refresh(db, ring.vault, store_id)

    rows = listed(db, store_id)
    assert set(rows) == {"CASE-RED", "CASE-BLUE"}
    assert rows["CASE-RED"].product_id == parent.id
    assert rows["CASE-RED"].variation_id == store.product("CASE-RED").id
    assert rows["CASE-RED"].name == "Case: Red"


def test_parent_that_counts_for_its_variations_is_a_listing(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    store.add_variable_product("CASE", {"CASE-RED": 0}, manage_stock="parent", stock=20)

    refresh(db, ring.vault, store_id)

    rows = listed(db, store_id)
    assert (rows["CASE"].manage_stock, rows["CASE"].shown_quantity) == ("yes", 20)
    assert (rows["CASE-RED"].manage_stock, rows["CASE-RED"].shown_quantity) == ("parent", None)


@pytest.mark.parametrize(("managed", "expected"), [("parent", None), (True, ""), (False, "")])
def test_variation_without_a_sku_of_its_own_is_not_taken_for_its_parent(
    managed: object, expected: str | None
) -> None:
    parent = {"id": 5, "sku": "CASE", "name": "Case", "type": "variable"}
    variation = {"id": 6, "sku": "case ", "manage_stock": managed, "stock_quantity": 3}

    found = items.item(variation, parent)

    assert (found.sku if found else None) == expected


@pytest.mark.parametrize("payload", [{}, {"id": "7"}, {"id": 0}, {"id": 2**31}])
def test_product_without_a_usable_id_is_left_out(payload: dict[str, object]) -> None:
    assert items.item(payload) is None


def test_product_that_says_nonsense_is_read_as_far_as_it_goes() -> None:
    found = items.item({"id": 7, "sku": None, "name": "a\0b", "stock_quantity": "x"})

    assert found is not None
    assert (found.sku, found.name, found.shown.quantity) == ("", "ab", None)


def test_product_without_stock_management_shows_no_number(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    store.add_product("X-1", 7, manage_stock=False)

    refresh(db, ring.vault, store_id)

    row = listed(db, store_id)["X-1"]
    assert (row.manage_stock, row.shown_quantity) == ("no", None)


def test_all_pages_are_read_with_progress(
    db: Database, ring: Keyring, store: FakeStore, store_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes.Routes, "page_size", 2)
    for number in range(5):
        store.add_product(f"X-{number}", number)
    heard: list[int] = []

    done = refresh(db, ring.vault, store_id, lambda so_far: heard.append(so_far.items))

    assert heard == [2, 4, 5]
    assert done.items == 5
    assert len(listed(db, store_id)) == 5


def test_refresh_that_breaks_off_keeps_what_it_read(
    db: Database, ring: Keyring, store: FakeStore, store_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes.Routes, "page_size", 2)
    for number in range(5):
        store.add_product(f"X-{number}", number)
    store.faults.fail_pages = {2}

    with pytest.raises(problems.StoreBroken):
        refresh(db, ring.vault, store_id)

    assert set(listed(db, store_id)) == {"X-0", "X-1"}
    with db.reading() as connection:
        assert connection.execute(select(failures.c.what)).scalar_one() == "refresh mappings"


def test_parent_deleted_while_its_variations_are_read_ends_nothing(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    parent = store.add_variable_product("CASE", {"CASE-RED": 3})
    store.add_product("X-1", 1)
    store.after_request = lambda method, path: (
        store.delete_product(parent.id)
        if "/variations" not in path and parent.id in store.state.products
        else None
    )

    done = refresh(db, ring.vault, store_id)

    assert done.items == 1


def test_second_refresh_at_the_same_time_is_refused(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    with db.only_one(f"refresh-{store_id}"), pytest.raises(AlreadyRunning):
        refresh(db, ring.vault, store_id)


def test_trouble_of_one_store_does_not_keep_the_next(db: Database, ring: Keyring, store: FakeStore) -> None:
    store.add_product("X-1", 1)
    with FakeStore("Shop B") as other:
        broken = connect_store(db, ring, other)
        well = connect_store(db, ring, store)
        other.faults.broken = True

        results = refresh_all(db, ring.vault, [(broken, "Shop B"), (well, "Shop A")])

    assert [done.error is None for done in results] == [False, True]
    assert "error of its own" in results[0].sentence
    assert results[1].sentence == ("Shop A: 1 products and variations, 0 matched (0 newly), 1 unmatched.")


def test_what_is_no_longer_listed_is_counted_and_not_called_gone(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    store.add_product("X-1", 1)
    refresh(db, ring.vault, store_id)
    store.delete_product("X-1")

    done = refresh(db, ring.vault, store_id)

    assert done.missing == 1
    assert not listed(db, store_id)["X-1"].is_gone


def test_refresh_of_many_products_keeps_memory_flat(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    for number in range(600):
        store.add_product(f"X-{number}", 1)
    peaks: list[int] = []

    def measure(_so_far: Refreshed) -> None:
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.reset_peak()

    store.calls.clear()
    tracemalloc.start()
    refresh(db, ring.vault, store_id, measure)
    tracemalloc.stop()

    assert len(peaks) == 6
    # The fake store's own log of calls and caches lives in this process too.
    assert peaks[-1] < peaks[1] * 1.5


# Matching


@pytest.mark.parametrize("written", ["x-01", " X-01 ", "X-01\n"])
def test_p29_sku_matches_whatever_its_case_and_spaces(
    db: Database, ring: Keyring, store: FakeStore, store_id: int, written: str
) -> None:
    product = add_product(db, "X-01")
    for sku in (written, "X-010", "X-01-refurb"):
        store.add_product(sku, 1)

    done = refresh(db, ring.vault, store_id)

    rows = listed(db, store_id)
    assert done.matched == done.newly == 1
    assert {sku for sku, row in rows.items() if row.stock_product_id == product} == {written.strip()}


def test_sku_in_another_unicode_form_matches(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    add_product(db, "CAF\u00c9")
    store.add_product("cafe\u0301", 1)

    assert refresh(db, ring.vault, store_id).matched == 1


def test_alias_matches(db: Database, ring: Keyring, store: FakeStore, store_id: int) -> None:
    add_product(db, "X-1")
    with db.transaction() as connection:
        stock_products.add_alias(connection, "ada", stock_products.get(connection, "X-1"), "OLD-1")
    store.add_product("old-1", 1)

    assert refresh(db, ring.vault, store_id).matched == 1


def test_several_listings_of_one_sku_are_all_matched(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    product = add_product(db, "X-1")
    store.add_product("X-1", 1)
    store.add_variable_product("CASE", {"x-1 ": 3})

    refresh(db, ring.vault, store_id)

    with db.reading() as connection:
        mapped = connection.execute(select(listings.c.stock_product_id)).scalars().all()
    assert mapped == [product, product]


def test_match_is_told_to_orders_by_id(db: Database, ring: Keyring, store: FakeStore, store_id: int) -> None:
    add_product(db, "X-1")
    product = store.add_product("x-1", 1)
    store.add_product("Y-1", 1)

    refresh(db, ring.vault, store_id)

    assert said(db) == {(product.id, 0): "x-1"}


def test_sku_renamed_in_the_store_stays_matched_and_is_offered_as_alias(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    product = add_product(db, "X-1")
    store.add_product("X-1", 1)
    refresh(db, ring.vault, store_id)
    store.rename_sku("X-1", "X-1-NEW")

    done = refresh(db, ring.vault, store_id)

    row = listed(db, store_id)["X-1-NEW"]
    assert (row.stock_product_id, done.matched, done.newly) == (product, 1, 0)
    with db.transaction() as connection:
        actions.accept_sku(connection, "ada", row.id)
        found = stock_products.find(connection, "x-1-new")
    assert found is not None
    assert found.id == product


def test_sku_renamed_to_that_of_another_product_stays_matched_and_cannot_be_an_alias(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    product = add_product(db, "X-1")
    add_product(db, "Y-1")
    store.add_product("X-1", 1)
    refresh(db, ring.vault, store_id)
    store.rename_sku("X-1", "Y-1")
    refresh(db, ring.vault, store_id)

    row = listed(db, store_id)["Y-1"]

    assert row.stock_product_id == product
    with db.transaction() as connection, pytest.raises(Conflict):
        actions.accept_sku(connection, "ada", row.id)


def test_product_counted_later_is_matched_at_once(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    listing = store.add_product(" x-1", 1)
    store.add_product("\u00c9-1", 1)
    store.add_product("X-10", 1)
    refresh(db, ring.vault, store_id)

    first, second = add_product(db, "X-1"), add_product(db, "e\u0301-1")

    rows = listed(db, store_id)
    assert (rows["x-1"].stock_product_id, rows["\u00c9-1"].stock_product_id) == (first, second)
    assert rows["X-10"].stock_product_id is None
    assert said(db)[listing.id, 0] == "x-1"


def test_listing_that_comes_back_is_looked_at_again(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    add_product(db, "X-1")
    store.add_product("X-1", 1)
    refresh(db, ring.vault, store_id)
    with db.transaction() as connection:
        connection.execute(listings.update().values(is_gone=True, problem="gone", needs_check=False))

    refresh(db, ring.vault, store_id)

    row = listed(db, store_id)["X-1"]
    assert (row.is_gone, row.problem, row.needs_check) == (False, None, True)


# By hand


def test_listing_mapped_by_hand_stays_so(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    add_product(db, "X-1")
    other = add_product(db, "Y-1")
    product = store.add_product("X-1", 1)
    refresh(db, ring.vault, store_id)
    row = listed(db, store_id)["X-1"]

    with db.transaction() as connection:
        actions.map_by_hand(connection, "ada", row.id, " y-1")
    refresh(db, ring.vault, store_id)

    after = listed(db, store_id)["X-1"]
    assert (after.stock_product_id, after.is_mapped_by_hand) == (other, True)
    assert (after.confirmed_quantity, after.handled_version, after.needs_check) == (None, 0, True)
    assert said(db) == {(product.id, 0): "Y-1"}


def test_listing_left_out_by_hand_stays_out(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    add_product(db, "X-1")
    store.add_product("X-1", 1)
    refresh(db, ring.vault, store_id)

    with db.transaction() as connection:
        actions.map_by_hand(connection, "ada", listed(db, store_id)["X-1"].id, "")
    refresh(db, ring.vault, store_id)

    assert listed(db, store_id)["X-1"].stock_product_id is None


def test_hand_taken_away_matches_by_sku_again(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    product = add_product(db, "X-1")
    store.add_product("X-1", 1)
    refresh(db, ring.vault, store_id)
    listing_id = listed(db, store_id)["X-1"].id

    with db.transaction() as connection:
        actions.map_by_hand(connection, "ada", listing_id, "")
        actions.forget_by_hand(connection, "ada", listing_id)

    row = listed(db, store_id)["X-1"]
    assert (row.stock_product_id, row.is_mapped_by_hand) == (product, False)


def test_unknown_sku_or_listing_is_refused(
    db: Database, ring: Keyring, store: FakeStore, store_id: int
) -> None:
    store.add_product("X-1", 1)
    refresh(db, ring.vault, store_id)
    listing_id = listed(db, store_id)["X-1"].id

    with db.transaction() as connection:
        with pytest.raises(Invalid) as caught:
            actions.map_by_hand(connection, "ada", listing_id, "Z-9")
        for unknown in (0, listing_id + 1, 2**40):
            with pytest.raises(NotFound):
                actions.get(connection, unknown)
        with pytest.raises(NotFound):
            actions.accept_sku(connection, "ada", listing_id)

    assert list(caught.value.errors) == ["sku"]


@pytest.fixture
def sold(db: Database, ring: Keyring, store: FakeStore, store_id: int) -> int:
    """The id of a listing KIT-UK of which 2 are sold and that is no product yet; KIT is one, of 10."""
    add_product(db, "KIT", 10)
    store.add_product("KIT-UK", 5)
    refresh(db, ring.vault, store_id)
    store.shift_clock(5)
    order = translate.order(store.payload(store.place_order([("KIT-UK", 2)])), clock.now())
    with db.transaction() as connection:
        record(connection, registry.channel(store_row(db, store_id)), order, "test")
    return int(listed(db, store_id)["KIT-UK"].id)


def on_hand(db: Database, sku: str = "KIT") -> int:
    with db.reading() as connection:
        return int(connection.execute(select(products.c.on_hand).where(products.c.sku == sku)).scalar_one())


def map_to(db: Database, listing_id: int, sku: str) -> None:
    with db.transaction() as connection:
        actions.map_by_hand(connection, "ada", listing_id, sku)


def test_what_orders_hold_follows_a_mapping_by_hand(db: Database, sold: int) -> None:
    map_to(db, sold, "KIT")

    assert on_hand(db) == 8
