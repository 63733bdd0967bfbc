"""The store in trouble, as a client sees it; and the log of what was asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import requests
from requests_oauthlib import OAuth1

from tests.fake_services.faults import Faults
from tests.fake_services.woocommerce import FakeStore


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with FakeStore() as store:
        store.add_product("X", 10)
        yield store


def _ask(store: FakeStore, method: str, path: str, **options: Any) -> requests.Response:
    auth = OAuth1(store.key, store.secret, signature_method="HMAC-SHA256", signature_type="auth_header")
    options = {"auth": auth, "timeout": 5, "allow_redirects": False, **options}
    return requests.request(method, f"{store.url}/wp-json/wc/v3/{path}", **options)


def _put(store: FakeStore, quantity: int) -> requests.Response:
    return _ask(store, "PUT", f"products/{store.product('X').id}", json={"stock_quantity": quantity})


def test_store_that_is_down_refuses_connections_and_comes_back(store: FakeStore) -> None:
    store.faults.down = True
    with pytest.raises(requests.ConnectionError):
        _ask(store, "GET", "orders")

    store.faults.down = False

    assert _ask(store, "GET", "orders").status_code == 200


@pytest.mark.parametrize(
    ("fault", "value", "status", "header"),
    [
        ("maintenance", True, 503, ("Retry-After", "600")),
        ("rate_limited_s", 120, 429, ("Retry-After", "120")),
        ("firewall_page", True, 200, ("Content-Type", "text/html; charset=UTF-8")),
        ("firewall_block", True, 403, ("Content-Type", "text/html; charset=UTF-8")),
        ("redirect_to", "https://elsewhere.example", 301, ("Content-Type", "text/html; charset=UTF-8")),
        ("keys_revoked", True, 401, ("Content-Type", "application/json; charset=UTF-8")),
        ("broken", True, 500, ("Content-Type", "application/json; charset=UTF-8")),
    ],
)
def test_fault_is_answered_and_applies_nothing(
    store: FakeStore, fault: str, value: Any, status: int, header: tuple[str, str]
) -> None:
    setattr(store.faults, fault, value)

    answer = _put(store, 3)
    store.faults.clear()

    assert (answer.status_code, answer.headers[header[0]]) == (status, header[1])
    assert store.stock("X") == 10
    assert _put(store, 3).status_code == 200


def test_dropped_after_the_write_it_was_applied(store: FakeStore) -> None:
    store.faults.drop_after_write = 1

    with pytest.raises(requests.ConnectionError):
        _put(store, 3)

    assert (store.stock("X"), store.calls[-1].status) == (3, 0)


def test_dropped_before_the_write_nothing_was_applied(store: FakeStore) -> None:
    store.faults.drop_before = 1

    with pytest.raises(requests.ConnectionError):
        _put(store, 3)

    assert (store.stock("X"), _put(store, 4).status_code) == (10, 200)


def test_hanging_store_lets_the_client_time_out(store: FakeStore) -> None:
    store.faults.hang_s = 30

    with pytest.raises(requests.Timeout):
        _ask(store, "GET", "orders", timeout=0.1)


def _ask_in_vain(store: FakeStore) -> None:
    with pytest.raises(requests.ConnectionError):
        _ask(store, "GET", "orders")


def test_hanging_ends_when_the_store_stops() -> None:
    with FakeStore() as store:
        store.faults.hang_s = 600
        asking = Thread(target=_ask_in_vain, args=(store,))
        asking.start()
        while not store.faults._asked:
            time.sleep(0.001)
    asking.join(60)

    assert not asking.is_alive()


def test_one_page_of_a_list_can_fail(store: FakeStore) -> None:
    store.faults.fail_pages = {2}
    store.faults.only = lambda method, path: path.endswith("orders")

    pages = [_ask(store, "GET", "orders", params={"page": page}).status_code for page in (1, 2, 3)]

    assert pages == [200, 500, 200]
    assert _ask(store, "GET", "products", params={"page": 2}).status_code == 200


def test_every_third_request_can_fail(store: FakeStore) -> None:
    store.faults.fail_every = 3

    assert [_ask(store, "GET", "orders").status_code for _ in range(6)] == [200, 200, 500, 200, 200, 500]


def test_something_can_happen_between_two_pages(store: FakeStore) -> None:
    orders = [store.place_order([("X", 1)]) for _ in range(4)]
    store.after_request = lambda method, path: store.touch(orders[0])

    first = _ask(store, "GET", "orders", params={"per_page": 2}).json()

    assert [order["id"] for order in first] == [orders[3].id, orders[2].id]
    assert store.payload(orders[0])["date_modified_gmt"] >= first[0]["date_modified_gmt"]


def test_authorization_stripped_by_the_host_leaves_only_the_query() -> None:
    with FakeStore(https=True, strip_authorization=True) as store:
        url, trust = f"{store.url}/wp-json/wc/v3/orders", store.ca_bundle
        keys = {"consumer_key": store.key, "consumer_secret": store.secret}
        basic = requests.get(url, auth=(store.key, store.secret), verify=trust, timeout=5)
        query = requests.get(url, params=keys, verify=trust, timeout=5)

    assert (basic.status_code, query.status_code) == (401, 200)
    assert basic.json()["code"] == "woocommerce_rest_cannot_view"


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
@pytest.mark.parametrize("where", ["auth_header", "query"])
def test_signed_requests_are_accepted_over_http(store: FakeStore, method: str, where: str) -> None:
    auth = OAuth1(store.key, store.secret, signature_method=method, signature_type=where)

    answer = _ask(store, "GET", "products", auth=auth, params={"sku": "X,é b", "_fields": "id"})

    assert answer.status_code == 200


def test_signed_request_sent_twice_is_refused(store: FakeStore) -> None:
    auth = OAuth1(store.key, store.secret, signature_method="HMAC-SHA256", signature_type="query")
    first = _ask(store, "GET", "orders", auth=auth)

    again = requests.get(str(first.request.url), timeout=5)

    assert (again.status_code, again.json()["message"]) == (
        401,
        "Invalid nonce - nonce has already been used.",
    )


def test_calls_and_writes_are_logged(store: FakeStore) -> None:
    product = store.product("X")
    _ask(store, "GET", "products", params={"include": product.id})
    _ask(store, "POST", "products/batch", json={"update": [{"id": product.id, "stock_quantity": 7}]})
    _put(store, 6)

    assert [call.method for call in store.calls] == ["GET", "POST", "PUT"]
    assert store.calls.writes() == [(product.id, 7), (product.id, 6)]
    assert store.calls.find("GET", "products")[0].query == {"include": str(product.id)}
    assert {call.auth for call in store.calls} == {"oauth"}


def test_hook_that_fails_is_not_taken_for_a_fault_of_the_store() -> None:
    def fail(method: str, path: str) -> None:
        raise ZeroDivisionError

    store = FakeStore().start()
    store.before_request = fail
    status = _ask(store, "GET", "orders").status_code

    with pytest.raises(ZeroDivisionError):
        store.stop()
    assert status == 500


def test_nothing_is_wrong_unless_switched_on() -> None:
    assert Faults() == Faults()
    assert not any(getattr(Faults(), name) for name in ("down", "maintenance", "broken", "keys_revoked"))
