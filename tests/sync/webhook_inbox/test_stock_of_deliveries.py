"""Scenarios W02-W17 as they move stock and are pushed, over real HTTP to fake stores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from tests.hub import Hub
from tests.makers import make_config
from tests.ops.writers import Client, order, running
from writer.app import create_app
from writer.db import Database
from writer.db.schema.ledger import sales as ledger
from writer.db.schema.products import products
from writer.db.schema.webhook_inbox import deliveries as delivery_rows
from writer.stock import movements
from writer.stock import products as stock_products
from writer.sync import webhook_inbox

pytestmark = pytest.mark.hub(counted=["X"])


def posted(hub: Hub) -> list[int]:
    """Return the rows that orders put into the ledger."""
    with hub.database.reading() as db:
        return list(db.execute(select(ledger.c.quantity).order_by(ledger.c.id)).scalars())


def test_w01_the_same_delivery_at_the_same_instant_moves_and_writes_once(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 2)])
    same = [item for item in hub.fakes[0].take_deliveries() for _ in range(4)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda item: hub.post(*item), same))
    hub.push()

    assert set(answers) == {200}
    assert (hub.moves(), hub.shown()) == ([-2], [8, 8, 8])
    assert [len(fake.calls.writes()) for fake in hub.fakes] == [0, 1, 1]


def test_w02_created_and_updated_of_one_checkout_are_one_sale_of_two(hub: Hub) -> None:
    a = hub.fakes[0]
    placed = a.place_order([("X", 2)], status="pending", paid=False)
    created = a.take_deliveries()
    hub.tick()
    a.set_status(placed, "processing")

    for item in created + a.take_deliveries():
        assert hub.post(*item) == 200
    hub.push()

    assert (hub.moves(), hub.on_hand(), posted(hub)) == ([-2], 8, [2])
    assert hub.shown() == [8, 8, 8]


def test_w03_two_orders_with_one_delivery_id_both_move(hub: Hub) -> None:
    a = hub.fakes[0]
    a.place_order([("X", 1)])
    a.place_order([("X", 3)])

    for headers, body in a.take_deliveries():
        hub.post({**headers, "X-WC-Webhook-Delivery-ID": "d41d8cd98f00b204"}, body)
    hub.push()

    assert (hub.on_hand(), hub.shown(), hub.sold()) == (6, [6, 6, 6], 4)


def test_w04_a_cancellation_that_overtakes_its_order_leaves_the_count(hub: Hub) -> None:
    a = hub.fakes[0]
    placed = a.place_order([("X", 2)])
    early = a.take_deliveries()
    hub.tick(4)
    a.set_status(placed, "cancelled")

    for item in a.take_deliveries() + early:
        assert hub.post(*item) == 200
    hub.push()

    assert (sum(hub.moves()), hub.on_hand(), hub.shown(), hub.sold()) == (0, 10, [10, 10, 10], 0)
    with hub.database.reading() as db:
        outcomes = list(db.execute(select(delivery_rows.c.outcome)).scalars())
    assert set(outcomes[1:]) == {"stale"}


def test_w10_an_order_without_a_signature_moves_nothing(hub: Hub) -> None:
    hub.fakes[0].place_order([("X", 2)])

    for headers, body in hub.fakes[0].take_deliveries():
        unsigned = {name: value for name, value in headers.items() if name != "X-WC-Webhook-Signature"}
        assert hub.post(unsigned, body) == 401

    assert hub.moves() == []


def test_w13_an_order_accepted_and_not_yet_applied_is_applied_once_after_a_restart(
    hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.fakes[0].place_order([("X", 2)])
    with monkeypatch.context() as broken:
        broken.setattr("writer.orders.record", lambda *_args: 1 / 0)
        assert set(hub.deliver()) == {200}
    assert hub.on_hand() == 10
    hub.tick(300)

    restarted: Database = create_app(make_config(DATABASE_URL=database_url)).extensions["database"]
    for _ in range(2):
        with restarted.transaction() as db:
            for delivery_id in webhook_inbox.due(db):
                webhook_inbox.replay(db, delivery_id)
    restarted.close()
    hub.push()

    assert (hub.moves(), hub.on_hand(), hub.shown()) == ([-2], 8, [8, 8, 8])


def test_w15_an_order_only_looked_at_moves_nothing_and_is_not_pushed(hub: Hub) -> None:
    a = hub.fakes[0]
    placed = a.place_order([("X", 2)])
    hub.deliver()
    hub.push()
    calls = [len(fake.calls) for fake in hub.fakes]

    hub.tick(60)
    a.touch(placed)
    hub.deliver()
    hub.push()

    assert (hub.moves(), posted(hub)) == ([-2], [2])
    assert [len(fake.calls) for fake in hub.fakes] == calls


def test_w17_five_hundred_deliveries_at_once_are_each_taken_and_counted_once(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    with database.transaction() as db:
        movements.add_product(db, "test", "FIRE24", 1000)
        db.execute(update(products).values(counted_from=datetime(2026, 1, 1, tzinfo=UTC)))

    with running(database_url, tmp_path / "log") as writer, ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda number: _deliver(writer.port, number), range(500)))

    assert set(statuses) == {200}
    with database.reading() as db:
        assert stock_products.get(db, "FIRE24").on_hand == 500
        assert db.execute(select(func.sum(ledger.c.quantity))).scalar_one() == 500


def _deliver(port: int, number: int) -> int:
    """Deliver an order of one unit over a connection of its own; return the status."""
    client = Client(port)
    status = client.post(order(number + 1, quantity=1))
    client.close()
    return status
