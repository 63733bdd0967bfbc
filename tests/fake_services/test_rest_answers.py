"""Captured single calls, asked of the fake: same status, same headers, same error or same shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fake_services.captured import ask, compared, headers_of, load, names, shape, stand_in
from tests.fake_services.store_model import ApiKey
from tests.fake_services.woocommerce import FakeStore

# The real store's proxy changed the port before OAuth was checked, so its signature could not match.
AUTH = [name for name in names("rest/calls/auth_*.json") if "oauth-https" not in name]
STOCK = ("stock_quantity", "stock_status", "manage_stock", "type", "parent_id", "sku")
SINGLE = [
    name
    for prefix in ("put", "get", "patch", "post", "no_content", "method", "bad_json", "unknown", "refunds_of")
    for name in names(f"rest/calls/{prefix}*.json")
]
SINGLE.remove("rest/calls/put_order_weird_accept_encoding.json")  # about a product added later
BATCH = [name for name in names("rest/calls/batch/*.json") if "size_1.json" not in name]


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with stand_in() as store:
        yield store


def _key_for(store: FakeStore, name: str) -> ApiKey | None:
    for part, key in (
        ("readonly", store.read_only_key),
        ("writeonly", store.write_only_key),
        ("wrong_key", store.deleted_user_key),
        ("deleted_user", store.deleted_user_key),
        ("wrong_secret", store.wrong_secret_key),
    ):
        if part in name:
            return key
    return None


def _stock(item: Any) -> dict[str, Any]:
    return {name: item.get(name) for name in (*STOCK, "id", "error") if name in item}


@pytest.mark.parametrize("name", AUTH)
def test_authentication_is_answered_as_by_the_real_store(name: str) -> None:
    call = load(name)

    with stand_in(https="https" in call["request"]["auth"]) as store:
        answer = ask(store, call, _key_for(store, name))

    expected, got = headers_of(call), compared(answer)
    assert answer.status_code == call["status"]
    assert got.keys() == expected.keys()
    assert shape(answer.json())[:1] == shape(call["body"])[:1]
    if call["status"] == 401:
        assert answer.json() == call["body"]


@pytest.mark.parametrize("name", SINGLE)
def test_single_call_is_answered_as_by_the_real_store(store: FakeStore, name: str) -> None:
    call = load(name)
    store.place_order([("FIRE24", 1)], order_id=21)
    store.set_stock("FIRE24", 50 if "delta" in name else 40)

    answer = ask(store, call)

    body = answer.json()
    assert answer.status_code == call["status"]
    assert compared(answer).keys() == headers_of(call).keys()
    if "_fields" not in name and "sku" not in name:  # their order follows the request only here
        assert shape(body) == shape(call["body"])
    if call["status"] >= 400:
        assert body == call["body"]
    elif isinstance(body, list):
        assert [_stock(item) for item in body] == [_stock(item) for item in call["body"]]


@pytest.mark.parametrize("name", [name for name in names("rest/calls/put_*.json") if "delta" not in name])
def test_single_stock_write_ends_as_in_the_real_store(store: FakeStore, name: str) -> None:
    call = load(name)
    store.set_stock("FIRE24", 40)

    body = ask(store, call).json()

    if call["status"] == 200 and isinstance(body, dict):
        assert _stock(body) == _stock(call["body"])


@pytest.mark.parametrize("name", BATCH)
def test_batch_is_answered_as_by_the_real_store(store: FakeStore, name: str) -> None:
    call = load(name)
    store.set_stock("ICE28", 21)
    store.product("UNMANAGED-1").stock_status = "outofstock"
    if "trash" in name or "force" in name:
        store.add_product("TEMP-1", 3, name="Temp", price="1", product_id=76)
    if "trashed" in name or "force" in name:
        store.trash_product("TEMP-1")

    answer = ask(store, call)

    body = answer.json()
    assert answer.status_code == call["status"]
    assert headers_of(call) == compared(answer)
    assert shape(body) == shape(call["body"])
    if "update" in call["body"]:
        assert [_stock(item) for item in body["update"]] == [_stock(item) for item in call["body"]["update"]]


@pytest.mark.parametrize("name", ["refund_api_refund_default_true", "refund_too_much"])
def test_refused_refund_is_a_500(store: FakeStore, name: str) -> None:
    call = load(f"rest/calls/{name}.json")
    store.place_order([("FIRE24", 1)], order_id=312)

    answer = ask(store, call)

    assert (answer.status_code, answer.json()) == (500, call["body"])


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("maintenance", "maintenance_mode"),
        ("broken", "database_down"),
        ("deactivated", "woocommerce_deactivated"),
    ],
)
def test_store_in_trouble_answers_as_the_real_one(store: FakeStore, fault: str, name: str) -> None:
    call = load(f"rest/calls/{name}.json")
    setattr(store.faults, fault, True)

    answer = ask(store, call)

    assert (answer.status_code, answer.json()) == (call["status"], call["body"])
    assert headers_of(call) == compared(answer)


@pytest.mark.parametrize("name", names("rest/webhooks/*.json"))
def test_webhooks_are_made_and_listed_as_by_the_real_store(store: FakeStore, name: str) -> None:
    call = load(name)
    store.add_order_webhooks("http://127.0.0.1:9/")
    store.add_webhook("product.updated", "http://127.0.0.1:9/")

    answer = ask(store, call)

    assert answer.status_code == call["status"]
    assert headers_of(call) == compared(answer)
    assert shape(answer.json()) == shape(call["body"])
