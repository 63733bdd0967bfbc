"""A delivery that is processed late, or once more, undoes nothing that was heard of its order after it."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.delivering import deliver, make_line, make_order_body
from tests.makers import WEBHOOK_SECRET
from tests.orders.record.ledger import totals
from writer.db import Database
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import clock
from writer.orders.record import record
from writer.stores import registry, woocommerce
from writer.sync.webhook_inbox import actions

FIRE = ("Fire", "24pin")
BEARER = {"Authorization": f"Bearer {WEBHOOK_SECRET}", "X-WC-Webhook-Source": "https://shop.example/"}


def of(quantity: int, **changes: Any) -> dict[str, Any]:
    return make_order_body(line_items=[make_line(quantity=quantity)], **changes)


def replay(database: Database, number: int) -> str:
    with database.transaction() as db:
        return actions.replay(db, number).outcome


def sold(database: Database) -> int:
    return totals(database).get(FIRE, 0)


def test_a_replay_takes_no_order_out_of_the_trash(client: FlaskClient, database: Database) -> None:
    deliver(client, of(2))
    deliver(client, {"id": 1001}, topic="order.deleted")

    assert replay(database, 1) == "stale"
    assert sold(database) == 0


def test_a_replayed_deletion_deletes_no_restored_order(client: FlaskClient, database: Database) -> None:
    deliver(client, of(2))
    deliver(client, {"id": 1001}, topic="order.deleted")
    deliver(client, of(2), topic="order.restored")

    assert replay(database, 2) == "stale"
    assert sold(database) == 2


def test_of_two_states_of_one_second_the_later_one_stays(client: FlaskClient, database: Database) -> None:
    deliver(client, of(2))
    deliver(client, of(3))

    assert [replay(database, number) for number in (1, 2)] == ["stale", "repeat"]
    assert sold(database) == 3


def test_a_replayed_short_cancellation_cancels_nothing_anew(client: FlaskClient, database: Database) -> None:
    deliver(client, of(2))
    url = "/webhooks/woocommerce/refund_or_cancel"
    client.post(url, json={"order_id": 1001, "status": "cancelled"}, headers=BEARER)
    deliver(client, of(2, date_modified_gmt="2026-11-20T11:00:00"))

    assert replay(database, 2) == "stale"
    assert sold(database) == 2


def test_what_failed_and_is_newer_is_recorded_after_what_is_older(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("writer.orders.record", lambda *_: 1 / 0)
        deliver(client, of(5, date_modified_gmt="2026-11-20T12:00:00"))
    deliver(client, of(2, date_modified_gmt="2026-11-20T11:00:00"))

    assert replay(database, 1) == "recorded"
    assert sold(database) == 5


def test_an_order_deleted_before_it_could_be_recorded_is_in_the_trash(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("writer.orders.record", lambda *_: 1 / 0)
        deliver(client, of(5))
    deliver(client, {"id": 1001}, topic="order.deleted")

    replay(database, 1)

    assert sold(database) == 0
    with database.reading() as db:
        outcomes = list(db.execute(select(deliveries.c.outcome).order_by(deliveries.c.id)).scalars())
    assert outcomes == ["recorded", "recorded"]


def test_the_same_again_after_a_short_cancellation_is_late(client: FlaskClient, database: Database) -> None:
    deliver(client, of(2))
    url = "/webhooks/woocommerce/refund_or_cancel"
    client.post(url, json={"order_id": 1001, "status": "cancelled"}, headers=BEARER)

    assert deliver(client, of(2)).get_json()["outcome"] == "stale"
    assert sold(database) == 0


def test_a_store_that_is_asked_says_more_than_a_short_message(
    client: FlaskClient, database: Database
) -> None:
    deliver(client, of(2))
    url = "/webhooks/woocommerce/refund_or_cancel"
    client.post(url, json={"order_id": 1001, "status": "cancelled"}, headers=BEARER)

    with database.transaction() as db:
        store = registry.get(db, 1)
        told = replace(woocommerce.read_order(of(2), clock.now(), "{}"), is_authoritative=True)
        record(db, registry.channel(store), told, "poll")

    assert sold(database) == 2
