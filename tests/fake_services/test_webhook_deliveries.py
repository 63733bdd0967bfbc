"""Captured deliveries, and the fake's for the same history: topics in order, headers, bodies, signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fake_services.captured import load, names, shape, stand_in
from tests.fake_services.replay import Replay, essence
from tests.fake_services.woocommerce import FakeStore

ADDRESS = "http://127.0.0.1:9/hook"
PLAYED = (
    "s1_10_rest_pending_processing_completed",
    "s1_11_rest_set_paid",
    "s1_15_cancel_after_processing",
    "s1_20_full_refund",
    "s1_21_full_refund_amount_only",
    "s1_30_line_qty_edited_after_processing",
    "s1_31_many_lines_unknown_and_empty_sku",
    "s1_32_variation_order",
    "s1_36_notes",
)


def _signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _listening(store: FakeStore) -> FakeStore:
    for topic in ("order.created", "order.updated", "order.deleted", "order.restored", "product.updated"):
        store.add_webhook(topic, ADDRESS)
    return store


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with stand_in() as store:
        yield _listening(store)


def _topics(store: FakeStore) -> list[str]:
    return [headers["X-WC-Webhook-Topic"] for headers, _ in store.take_deliveries()]


@pytest.mark.parametrize("name", [n for n in names("deliveries/*/*.json") if "ping" not in n])
def test_captured_signature_is_that_of_the_secret(name: str) -> None:
    delivery = load(name)

    signature = _signature("woo-hook-secret-1", delivery["body"].encode())

    assert delivery["headers"]["X-WC-Webhook-Signature"] == signature


@pytest.mark.parametrize("scenario", PLAYED)
def test_history_is_delivered_as_by_the_real_store(store: FakeStore, scenario: str) -> None:
    replay = Replay(store, scenario)
    over_rest = {step[:2] for step in replay.steps}
    expected = [load(name) for name in names(f"deliveries/{scenario}/*.json")]
    expected = [delivery for delivery in expected if delivery["step"][:2] in over_rest]
    got: list[tuple[dict[str, str], Any]] = []

    for step in replay.steps:
        replay.step(step)
        got += [(headers, json.loads(body)) for headers, body in store.take_deliveries()]

    assert [headers["X-WC-Webhook-Topic"] for headers, _ in got] == [one["topic"] for one in expected]
    for (headers, body), real in zip(got, expected, strict=True):
        assert list(headers) == list(real["headers"])
        assert shape(body) == shape(json.loads(real["body"]))
        if headers["X-WC-Webhook-Resource"] == "order":
            assert essence(body) == essence(json.loads(real["body"]))


def test_block_checkout_updates_before_it_creates(store: FakeStore) -> None:
    draft = store.open_checkout([("FIRE24", 1)])
    before = [json.loads(body)["status"] for _, body in store.take_deliveries()]
    store.set_status(draft, "processing")

    topics = _topics(store)

    assert before == ["checkout-draft"]
    assert topics == ["order.updated", "order.created", "product.updated"]


def test_trash_sends_only_the_id_and_restoring_the_order(store: FakeStore) -> None:
    order = store.place_order([("FIRE24", 1)])
    store.take_deliveries()
    store.trash(order)
    [(deleted, body)] = store.take_deliveries()
    store.untrash(order)

    [(restored, content)] = store.take_deliveries()

    assert (deleted["X-WC-Webhook-Topic"], json.loads(body)) == ("order.deleted", {"id": order.id})
    assert restored["X-WC-Webhook-Topic"] == "order.restored"
    assert json.loads(content)["status"] == "processing"


def test_body_is_built_when_delivered_and_waiting_updates_merge(store: FakeStore) -> None:
    order = store.place_order([("FIRE24", 1)], status="pending")
    for status in ("processing", "completed", "refunded"):
        store.set_status(order, status)

    orders = [json.loads(body) for h, body in store.take_deliveries() if "order." in h["X-WC-Webhook-Topic"]]

    assert [order["status"] for order in orders] == ["refunded", "refunded"]


def test_order_deleted_before_delivery_arrives_as_an_error(store: FakeStore) -> None:
    order = store.place_order([("FIRE24", 1)])
    store.delete(order)

    headers, body = store.take_deliveries()[0]

    error = {
        "code": "woocommerce_rest_shop_order_invalid_id",
        "message": "Invalid ID.",
        "data": {"status": 404},
    }
    assert json.loads(body) == error
    assert headers["X-WC-Webhook-Signature"] == _signature("woo-hook-secret-1", body)


def test_secret_is_signed_with_its_entities_decoded(store: FakeStore) -> None:
    store.add_webhook("order.deleted", ADDRESS, secret="a&amp;b&lt;c")
    store.trash(store.place_order([("FIRE24", 1)]))

    headers, body = store.take_deliveries()[-1]

    assert headers["X-WC-Webhook-Signature"] == _signature("a&b<c", body)


def test_orders_of_one_second_share_a_delivery_id(store: FakeStore) -> None:
    for _ in range(3):
        store.place_order([("FIRE24", 1)])

    taken = store.take_deliveries()

    created = [h for h, _ in taken if h["X-WC-Webhook-Topic"] == "order.created"]
    assert len(created) == 3
    assert len({headers["X-WC-Webhook-Delivery-ID"] for headers in created}) == 1


def test_stock_write_echoes_once_per_product_even_without_a_change(store: FakeStore) -> None:
    for _ in range(3):
        store.set_stock("FIRE24", 50)

    assert _topics(store) == ["product.updated"]


def test_quiet_store_delivers_nothing_until_somebody_comes(store: FakeStore) -> None:
    store.courier.needs_traffic = True
    store.place_order([("FIRE24", 1)])
    quiet = store.take_deliveries()

    store.visit()

    assert quiet == []
    assert len(store.take_deliveries()) == 3
