"""All captured deliveries of a real store give the totals worked out by hand from their bodies."""

import random

import pytest
from flask import Flask

from tests.delivering import Delivery, captured
from tests.orders.record.ledger import sold_by_order, totals

# By hand, from the newest body of each order:
#   21 completed, 2 FIRE24               43 processing, 1 FIRE24 and 4 ICE28 after edits
#   22 completed, 1 ice24-kit            44 processing, 1 FIRE24 (and a line of no product)
#   23 processing, 1 FIRE24              45 processing, 1 ICE28
#   25 processing, 3 FIRE28-PCB          46, 47 no product; 48 a case; 50 trashed; 68 on hold: none
#   26 cancelled: none                   49 restored from the trash, 2 FIRE24
#   27, 29 refunded: none                52, 54, 55, 57, 67 processing, 1 FIRE24 each
#   33 processing, 3 FIRE24 (refunds     53, 56 processing, 3 FIRE24 each
#      in part whose units need keys)
SOLD = {"21": 2, "22": 1, "23": 1, "25": 3, "26": 0, "27": 0, "29": 0, "33": 3, "43": 5, "44": 1, "45": 1}
SOLD |= {"46": 0, "47": 0, "48": 0, "49": 2, "50": 0, "52": 1, "53": 3, "54": 1, "55": 1, "56": 3, "57": 1}
SOLD |= {"67": 1, "68": 0}
TOTALS = {("Fire", "24pin"): 21, ("Fire", "28pin"): 3, ("Ice", "24pin"): 1, ("Ice", "28pin"): 5}
TRASHED = {"49", "50"}


def send(app: Flask, deliveries: list[Delivery]) -> None:
    client = app.test_client()
    for delivery in deliveries:
        answer = delivery.post(client)
        assert answer.status_code == 200, delivery.name


def test_all_captured_deliveries_in_order_give_the_totals(app: Flask) -> None:
    send(app, captured())

    assert sold_by_order(app.extensions["database"]) == SOLD
    assert totals(app.extensions["database"]) == TOTALS


def test_all_captured_deliveries_twice_give_the_same_totals(app: Flask) -> None:
    send(app, captured() + captured())

    assert totals(app.extensions["database"]) == TOTALS


@pytest.mark.parametrize("seed", range(10))
def test_orders_interleaved_at_random_give_the_same_totals(app: Flask, seed: int) -> None:
    by_order: dict[object, list[Delivery]] = {}
    for delivery in captured():
        by_order.setdefault(
            (delivery.order.get("id"), delivery.headers.get("X-WC-Webhook-Resource")), []
        ).append(delivery)
    turns = [key for key, waiting in by_order.items() for _ in waiting]
    random.Random(seed).shuffle(turns)

    send(app, [by_order[key].pop(0) for key in turns])

    assert totals(app.extensions["database"]) == TOTALS


@pytest.mark.parametrize("seed", range(10))
def test_fully_random_order_gives_each_dated_order_its_total(app: Flask, seed: int) -> None:
    shuffled = captured()
    random.Random(seed).shuffle(shuffled)

    send(app, shuffled)

    found = sold_by_order(app.extensions["database"])
    assert {number: units for number, units in found.items() if number not in TRASHED | tied(shuffled)} == {
        number: units for number, units in SOLD.items() if number not in TRASHED | tied(shuffled)
    }


def tied(deliveries: list[Delivery]) -> set[str]:
    """Return the orders two of whose differing states carry the same time of change."""
    bodies: dict[tuple[str, str], set[bytes]] = {}
    for delivery in deliveries:
        if "line_items" in delivery.order:
            key = (delivery.order["number"], delivery.order["date_modified_gmt"])
            bodies.setdefault(key, set()).add(delivery.body)
    return {number for (number, _), different in bodies.items() if len(different) > 1}
