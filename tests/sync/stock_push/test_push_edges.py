"""What pushing must survive beside the scenarios: odd stores, retries by hand, writes of unknown fate."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from tests.hub import Hub, running_hub
from writer.db.schema.listings import listings
from writer.db.schema.notices import notices
from writer.db.schema.stock_push import stock_pushes
from writer.db.schema.stores import failures, stores
from writer.lib import clock
from writer.stock import movements, products
from writer.stores.listings import retry
from writer.stores.woocommerce import Client
from writer.sync import stock_push


@pytest.fixture
def hub(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub(app, monkeypatch, how_many=2) as found:
        found.add_item()
        yield found


def change(hub: Hub, table: Any, **values: Any) -> None:
    with hub.database.transaction() as db:
        db.execute(update(table).values(**values))


def test_a_push_that_asks_nothing_forgets_no_failure(hub: Hub) -> None:
    hub.fakes[1].faults.keys_revoked = True
    hub.poll()
    hub.tick(7200)

    hub.push()
    hub.poll()

    assert hub.store(2).push_state == "paused"
    assert [row.ended_at for row in hub.rows(failures)] == [None]


def test_a_store_that_is_paused_says_why(hub: Hub) -> None:
    change(hub, stores, push_state="paused", pause_reason="The keys are gone.")

    result = hub.push()

    assert result.skipped == {1: "A is paused: The keys are gone.", 2: "B is paused: The keys are gone."}


def add_variation(hub: Hub, sku: str) -> int:
    """Count a variation that store 2 lists; return its parent's number there."""
    parent = hub.fakes[1].add_variable_product(f"{sku}-ALL", {sku: 10})
    with hub.database.transaction() as db:
        product = movements.add_product(db, "test", sku, 10)
        key = {"product_id": parent.id, "variation_id": hub.fakes[1].product(sku).id}
        told = {"confirmed_quantity": 10, "handled_version": product.version}
        db.execute(insert(listings).values(store_id=2, sku=sku, stock_product_id=product.id, **key, **told))
    return parent.id


def test_a_deleted_parent_is_its_variations_trouble_alone(hub: Hub) -> None:
    parent = add_variation(hub, "RED")
    add_variation(hub, "BLUE")
    hub.fakes[1].delete_product(parent)
    for sku in ("X", "RED", "BLUE"):
        hub.sell_here(1, sku)

    result = hub.push()

    assert result.failed == {}
    assert bool(hub.listing(2, "RED").is_gone)
    assert (hub.fakes[1].stock("X"), hub.fakes[1].stock("BLUE")) == (9, 9)
    assert "store unusable" not in hub.open_notices()


def test_a_parent_deleted_between_read_and_write_is_its_variations_trouble_alone(hub: Hub) -> None:
    parent = add_variation(hub, "RED")
    hub.sell_here(1, "RED")
    store = hub.fakes[1]

    def delete_before_the_write(method: str, path: str) -> None:
        if method == "POST" and "variations/batch" in path:
            store.delete_product(parent)

    store.before_request = delete_before_the_write
    result = hub.push()

    assert result.failed == {}
    assert bool(hub.listing(2, "RED").is_gone)


def test_a_listing_that_waits_is_pushed_at_once_when_looked_at_again(hub: Hub) -> None:
    hub.sell_here(1)
    with hub.database.transaction() as db:
        later = clock.now().replace(year=2027)
        db.execute(update(listings).values(retry_at=later, is_gone=True, problem="gone"))
        for listing in (1, 2):
            retry(db, listing)

    hub.push()

    assert hub.shown() == [9, 9]


def test_a_listing_of_nothing_we_count_can_be_looked_at_again(hub: Hub) -> None:
    change(hub, listings, stock_product_id=None)

    with hub.database.transaction() as db:
        retry(db, 1)

    assert bool(hub.listing(1).needs_check)


def test_a_sale_after_a_write_whose_answer_never_came_is_no_drift(hub: Hub) -> None:
    store = hub.fakes[0]
    store.place_order([("X", 1)])
    hub.deliver()
    hub.sell_here(2)
    store.faults.drop_after_write = 1
    hub.push()
    assert store.stock("X") == 7
    store.place_order([("X", 3)])
    hub.deliver()
    hub.sell_here(1)
    hub.tick(120)

    result = hub.push()

    assert [found.waiting for found in result.results] == [0, 0]
    assert (hub.on_hand(), hub.shown()) == (3, [3, 3])


def test_writes_that_fail_on_and_on_are_not_counted_as_something_changing_it_back(hub: Hub) -> None:
    for _ in range(7):
        hub.sell_here(1)
        hub.fakes[1].faults.drop_before = 1
        hub.fakes[1].faults.only = lambda method, _path: method != "GET"
        hub.push()
        hub.tick(61)
        hub.push()

    assert hub.shown() == [3, 3]
    assert hub.listing(2).problem is None


def mass(hub: Hub, units: int) -> None:
    for number in range(12):
        hub.sell_here(units, f"S{number}")


def test_a_first_push_that_breaks_off_needs_no_confirmation(hub: Hub) -> None:
    for number in range(12):
        hub.add_item(f"S{number}")
    mass(hub, 3)
    change(hub, listings, confirmed_quantity=None, handled_version=0)
    hub.fakes[1].faults.drop_after_write = 1
    hub.push()
    hub.tick(70)

    result = hub.push()

    assert [found.blocked for found in result.results] == [None, None]
    assert hub.shown("S11") == [7, 7]


@pytest.fixture
def held(hub: Hub) -> Hub:
    """Twelve of thirteen listings of each store would change."""
    for number in range(12):
        hub.add_item(f"S{number}")
    mass(hub, 3)
    hub.push()
    return hub


def test_a_mass_change_is_told_once_however_often_it_is_found(held: Hub) -> None:
    held.push()
    held.push()

    assert held.store(1).mass_change == "12 of 13 listings of A would change at once."
    assert {row.times for row in held.rows(notices) if row.kind == "mass change"} == {1}


def test_a_mass_change_that_is_none_any_more_waits_for_nobody(held: Hub) -> None:
    for number in range(11):
        with held.database.transaction() as db:
            product = products.get(db, f"S{number}")
            movements.record(db, [movements.Movement(product.id, 3, "receipt", clock.now(), "ada")])

    held.push()

    assert held.store(1).mass_change is None
    assert held.open_notices() == []
    assert held.fakes[0].stock("S11") == 7


def test_an_answer_that_cannot_be_understood_is_a_failure_somebody_sees(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "products", lambda _client, _ids: [{"id": "x"}])
    hub.sell_here(1)

    result = hub.push(store_ids=[2])

    assert list(result.failed) == [2]
    (failure,) = hub.rows(failures)
    assert (failure.store_id, failure.what) == (2, "push stock")
    assert "ValueError" in failure.sentence
    assert hub.store(2).next_call_at is not None


def test_each_number_that_a_store_takes_is_kept_for_90_days(hub: Hub) -> None:
    hub.fakes[1].faults.down = True
    hub.sell_here(1)
    hub.push()

    assert [(row.store_id, row.was, row.quantity, row.at) for row in hub.rows(stock_pushes)] == [
        (1, 10, 9, hub.rows(listings)[0].written_at)
    ]

    hub.tick(91 * 24 * 3600)
    with hub.database.transaction() as db:
        assert stock_push.drop_old_pushes(db) == 1
    assert hub.rows(stock_pushes) == []
