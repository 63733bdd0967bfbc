"""When the store takes units, when it gives them back, and what a refund restocks."""

from __future__ import annotations

import pytest

from tests.fake_services.store_model import Order
from tests.fake_services.store_state import StockRules
from tests.fake_services.woocommerce import FakeStore


@pytest.fixture
def store() -> FakeStore:
    store = FakeStore()  # no server needed
    store.add_product("X", 10, price="6.00")
    store.add_product("Y", 10, price="2.00")
    return store


def _metas(order: Order) -> dict[str, str]:
    return {meta.key: meta.value for meta in order.lines[0].meta}


@pytest.mark.parametrize(
    ("statuses", "left"),
    [
        (["pending"], 10),
        (["checkout-draft"], 10),
        (["on-hold"], 8),
        (["completed"], 8),
        (["on-hold", "processing", "completed"], 8),
        (["processing", "cancelled"], 10),
        (["processing", "cancelled", "processing"], 8),
        (["processing", "pending"], 10),
        (["processing", "refunded"], 8),
        (["pending", "failed", "processing"], 8),
    ],
)
def test_stock_follows_the_status(store: FakeStore, statuses: list[str], left: int) -> None:
    order = store.place_order([("X", 2)], status=statuses[0])
    for status in statuses[1:]:
        store.set_status(order, status)

    assert store.stock("X") == left


@pytest.mark.parametrize(("rules", "left"), [("new", 10), ("old", 8)])
def test_failing_after_on_hold_gives_back_only_by_the_new_rules(rules: StockRules, left: int) -> None:
    store = FakeStore(rules=rules)
    store.add_product("X", 10)
    order = store.place_order([("X", 2)], status="on-hold")

    store.set_status(order, "failed")

    assert store.stock("X") == left


@pytest.mark.parametrize(("rules", "left"), [("new", [7, 4, 10]), ("old", [5, 5, 5])])
def test_edited_quantity_moves_stock_only_by_the_new_rules(rules: StockRules, left: list[int]) -> None:
    store = FakeStore(rules=rules)
    store.add_product("X", 10)
    order = store.place_order([("X", 5)])
    seen = []
    for quantity in (3, 6, 0):
        store.edit_line(order, "X", quantity)
        seen.append(store.stock("X"))

    assert seen == left


def test_added_line_is_taken_and_overselling_is_allowed(store: FakeStore) -> None:
    order = store.place_order([("X", 12)])

    store.add_line(order, "Y", 4)

    assert (store.stock("X"), store.stock("Y")) == (-2, 6)
    assert store.product("X").stock_status == "outofstock"


def test_partial_refund_with_restock_returns_its_units_and_says_so(store: FakeStore) -> None:
    order = store.place_order([("X", 5)])

    store.refund(order, {"X": 2})

    assert (store.stock("X"), order.status) == (7, "processing")
    assert _metas(order) == {"_reduced_stock": "3", "_restock_refunded_items": "2"}


@pytest.mark.parametrize("restock", [True, False])
def test_full_refund_ends_as_refunded(store: FakeStore, restock: bool) -> None:
    order = store.place_order([("X", 5)])

    store.refund(order, {"X": 5}, restock=restock)

    assert (store.stock("X"), order.status) == (10 if restock else 5, "refunded")


def test_refund_of_money_alone_restocks_nothing(store: FakeStore) -> None:
    order = store.place_order([("X", 5)])

    store.refund(order, amount="30.00")

    assert (store.stock("X"), order.status, order.refunds[0].lines) == (5, "refunded", [])


def test_cancelling_after_a_refund_returns_the_rest(store: FakeStore) -> None:
    order = store.place_order([("X", 5)])
    store.refund(order, {"X": 2})

    store.set_status(order, "cancelled")

    assert store.stock("X") == 10


def test_trash_deletion_and_deleted_refunds_move_nothing(store: FakeStore) -> None:
    order = store.place_order([("X", 5)])
    store.refund(order, {"X": 1})
    before = order.modified_at
    store.delete_refund(order, order.refunds[0])
    store.trash(order)

    store.delete(order)

    assert (store.stock("X"), order.modified_at) == (6, before)


def test_variations_counted_by_their_parent_share_its_stock() -> None:
    store = FakeStore()
    store.add_variable_product("CASE", {"CASE-RED": 0, "CASE-BLUE": 0}, manage_stock="parent", stock=60)

    store.place_order([("CASE-RED", 2), ("CASE-BLUE", 3)])

    assert [store.stock(sku) for sku in ("CASE", "CASE-RED", "CASE-BLUE")] == [55, 55, 55]


def test_deleted_product_leaves_its_lines_without_sku(store: FakeStore) -> None:
    order = store.place_order([("X", 1)])

    store.delete_product("X")

    line = store.payload(order)["line_items"][0]
    assert (line["sku"], line["product_id"], line["name"]) == (None, 0, "X")


def test_anonymized_order_keeps_its_lines_and_loses_its_customer(store: FakeStore) -> None:
    order = store.place_order([("X", 1)])

    store.anonymize(order)

    shown = store.payload(order)
    assert "Ada" not in str(shown["billing"])
    assert [(meta["key"], meta["value"]) for meta in shown["meta_data"]] == [("_anonymized", "yes")]
    assert shown["line_items"][0]["sku"] == "X"


def test_renamed_sku_shows_in_older_orders(store: FakeStore) -> None:
    order = store.place_order([("X", 1)])

    store.rename_sku("X", "X-v2")

    assert store.payload(order)["line_items"][0]["sku"] == "X-v2"
    assert store.stock("X-v2") == 9
