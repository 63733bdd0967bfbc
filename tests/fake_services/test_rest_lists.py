"""Lists: the captured store's forty orders in the fake, and every captured way of asking for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from tests.fake_services.captured import REAL_URL, ask, compared, headers_of, load, names, shape, stand_in
from tests.fake_services.woocommerce import FakeStore

OF_PRODUCTS = (
    "products_modified_after",
    "products_page_2",
    "products_per_page_100",
    "products_types",
    "variations",
)
ORDERS = [
    name
    for name in names("rest/calls/list/*.json")
    if not any(part in name for part in (*OF_PRODUCTS, "orders_full_100"))
]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def store() -> Iterator[FakeStore]:
    """Read only: one store for all these tests."""
    captured = load("rest/calls/list/orders_full_100.json")["body"]
    trashed = load("rest/calls/list/status_trash.json")["body"][0]
    with stand_in() as store:
        for order in sorted([*captured, trashed], key=lambda order: int(order["id"])):
            made_at = order.get("date_created_gmt", order["date_modified_gmt"])
            store.set_clock(_moment(made_at))
            lines = [(item["sku"] or None, item["quantity"]) for item in order.get("line_items", [])]
            shipping = order.get("shipping_total", "0")
            placed = store.place_order(lines, order_id=order["id"], status=order["status"], shipping=shipping)
            placed.modified_at = _moment(order["date_modified_gmt"])
        for number in range(120):
            store.add_product(f"BULK-{number:03}", 150, product_id=137 + number)
        yield store


@pytest.mark.parametrize("name", ORDERS)
def test_orders_are_listed_as_by_the_real_store(store: FakeStore, name: str) -> None:
    call = load(name)

    answer = ask(store, call)

    body = answer.json()
    assert answer.status_code == call["status"]
    assert compared(answer) == headers_of(call)
    if call["status"] == 400:
        assert body == call["body"]
    elif "order_full" in name:
        assert shape(body) == shape(call["body"])
    else:
        assert body == call["body"]


@pytest.mark.parametrize("name", [name for name in ORDERS if "order_full" not in name])
def test_link_header_is_that_of_the_real_store(store: FakeStore, name: str) -> None:
    call = load(name)
    expected = next(value for header, value in call["headers"] if header == "Link")

    answer = ask(store, call)

    assert answer.headers["Link"] == REAL_URL.sub(store.url, expected)


@pytest.mark.parametrize("part", [part for part in OF_PRODUCTS if part != "products_modified_after"])
def test_products_are_listed_as_by_the_real_store(store: FakeStore, part: str) -> None:
    call = load(f"rest/calls/list/{part}.json")

    answer = ask(store, call)

    assert answer.status_code == call["status"]
    assert compared(answer) == headers_of(call)
    assert [item["id"] for item in answer.json()] == [item["id"] for item in call["body"]]


def test_following_next_reads_every_order_once(store: FakeStore) -> None:
    url: str | None = f"{store.url}/wp-json/wc/v3/orders?per_page=7&orderby=modified&order=asc&_fields=id"
    seen = []

    while url:
        answer = requests.get(url, auth=(store.key, store.secret), verify=store.ca_bundle, timeout=30)
        seen += [item["id"] for item in answer.json()]
        url = answer.links.get("next", {}).get("url")

    assert len(seen) == len(set(seen)) == 40
