"""Scenario D11: a trashed order leaves the totals, and its units stay out until a person puts them back."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fake_services.store_model import Order
from tests.hub import Hub, running_hub
from tests.page import flashed
from writer.sales import product_types

OFFER = "Put 2 back"


@pytest.fixture
def hub(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub(app, monkeypatch) as found:
        found.add_item()
        with found.database.transaction() as db:
            product_types.add_rule(db, "ada", "X", "Fire", "24pin")
        yield found


@pytest.fixture
def trashed(hub: Hub) -> Order:
    """Order X x 2 of store A, sold, pushed and then put into the store's trash."""
    order = hub.fakes[0].place_order([("X", 2)])
    step(hub)
    assert hub.sold() == 2
    hub.fakes[0].trash(order)
    step(hub)
    return order


def step(hub: Hub) -> None:
    hub.deliver()
    hub.push()
    hub.tick()


def test_d11_a_trashed_order_offers_to_put_its_units_back(
    hub: Hub, trashed: Order, admin: FlaskClient
) -> None:
    assert (hub.sold(), hub.on_hand(), hub.shown()) == (0, 8, [8, 8, 8])
    assert OFFER in admin.get("/orders/1").text

    hub.fakes[0].untrash(trashed)
    step(hub)

    assert (hub.sold(), hub.on_hand(), hub.shown(), hub.moves()) == (2, 8, [8, 8, 8], [-2])
    assert OFFER not in admin.get("/orders/1").text


def test_units_put_back_are_on_the_shelf_and_in_every_store(
    hub: Hub, trashed: Order, admin: FlaskClient
) -> None:
    page = admin.post("/orders/1/put-back", follow_redirects=True).text
    step(hub)

    assert flashed(page) == ["success"]
    assert OFFER not in page
    assert (hub.on_hand(), hub.shown(), hub.moves()) == (10, [10, 10, 10], [-2, 2])


def test_units_are_put_back_once(hub: Hub, trashed: Order, admin: FlaskClient) -> None:
    admin.post("/orders/1/put-back")

    page = admin.post("/orders/1/put-back", follow_redirects=True).text

    assert flashed(page)[-1] == "warning"
    assert hub.on_hand() == 10


def test_a_restored_order_takes_its_units_again(hub: Hub, trashed: Order, admin: FlaskClient) -> None:
    admin.post("/orders/1/put-back")
    hub.fakes[0].untrash(trashed)

    step(hub)

    assert (hub.sold(), hub.on_hand(), hub.moves()) == (2, 8, [-2, 2, -2])


def test_an_order_that_lives_keeps_its_units(hub: Hub, admin: FlaskClient) -> None:
    hub.fakes[0].place_order([("X", 2)])
    hub.deliver()

    page = admin.post("/orders/1/put-back", follow_redirects=True).text

    assert flashed(page) == ["warning"]
    assert hub.on_hand() == 8


def test_an_order_of_another_store_is_not_there(hub: Hub, trashed: Order, staff: FlaskClient) -> None:
    assert staff.post("/orders/1/put-back").status_code == 404
    assert hub.on_hand() == 8
