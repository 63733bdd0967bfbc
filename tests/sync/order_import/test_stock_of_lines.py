"""Scenarios O20, A13 and A14: lines that are odd, as they move stock, over real HTTP to fake stores."""

import json
from typing import Any

import pytest

from tests.hub import Hub
from tests.makers import WEBHOOK_SECRET
from writer.db.schema.listings import listings
from writer.sales import product_types
from writer.stores.listings.actions import map_by_hand
from writer.stores.woocommerce.signing import signature

pytestmark = pytest.mark.hub(counted=["X"])


def deliver_with(hub: Hub, quantity: Any) -> None:
    """Bring what A delivers of an order, with this as the quantity of its line."""
    hub.fakes[0].place_order([("X", 1)])
    for headers, body in hub.fakes[0].take_deliveries():
        told = json.loads(body)
        told["line_items"][0]["quantity"] = quantity
        raw = json.dumps(told).encode()
        assert hub.post({**headers, "X-WC-Webhook-Signature": signature(WEBHOOK_SECRET, raw)}, raw) == 200


@pytest.mark.parametrize(("quantity", "on_hand"), [(0, 10), ("2", 8)])
def test_o20_a_quantity_in_whole_units_moves_so_many(hub: Hub, quantity: Any, on_hand: int) -> None:
    deliver_with(hub, quantity)

    assert (hub.on_hand(), hub.sold(), hub.open_notices()) == (on_hand, 10 - on_hand, [])


@pytest.mark.parametrize("quantity", [10**12, 1.5])
def test_o20_a_quantity_that_cannot_be_counted_is_held_and_moves_nothing(hub: Hub, quantity: Any) -> None:
    deliver_with(hub, quantity)

    assert (hub.moves(), hub.sold(), hub.open_notices()) == ([], 0, ["line held"])


def test_a13_a_line_without_a_sku_moves_what_its_product_is_mapped_to(hub: Hub) -> None:
    unnamed = hub.fakes[0].add_product("", 10, product_id=871)
    with hub.database.transaction() as db:
        values = {"store_id": 1, "product_id": unnamed.id, "confirmed_quantity": 10, "handled_version": 2}
        db.execute(listings.insert().values(**values))
        map_by_hand(db, "ada", 4, "X")

    hub.fakes[0].place_order([(unnamed.id, 1)])
    hub.deliver()
    hub.push()

    assert (hub.on_hand(), hub.shown(), hub.fakes[0].stock(871)) == (9, [9, 9, 9], 9)


def test_a14_a_gift_card_moves_no_stock_and_makes_no_noise(hub: Hub) -> None:
    with hub.database.transaction() as db:
        product_types.ignore_sku(db, "ada", "GIFT-CARD")
    hub.fakes[0].add_product("GIFT-CARD", manage_stock=False, price="50.00")

    order = hub.fakes[0].place_order([("GIFT-CARD", 1), ("X", 1)])
    hub.deliver()

    assert (hub.moves(), hub.open_notices()) == ([-1], [])
    assert hub.total_of(order) == 6000
