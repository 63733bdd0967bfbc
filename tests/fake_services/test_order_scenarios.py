"""Captured order histories, played against the fake: after each call the order is what it really was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fake_services.captured import names, shape, stand_in
from tests.fake_services.replay import Replay, essence
from tests.fake_services.woocommerce import FakeStore

PLAYED = (
    "s1_10_rest_pending_processing_completed",
    "s1_11_rest_set_paid",
    "s1_15_cancel_after_processing",
    "s1_20_full_refund",
    "s1_21_full_refund_amount_only",
    "s1_22_status_refunded_by_put",
    "s1_23_partial_refund_one_of_two_lines",
    "s1_30_line_qty_edited_after_processing",
    "s1_31_many_lines_unknown_and_empty_sku",
    "s1_32_variation_order",
    "s1_33_trash_restore_delete",
    "s1_35_unicode_coupon_currency",
    "s1_36_notes",
)
# What happened between two calls without REST, before the step named.
Aside = Callable[[FakeStore, int], object]
ASIDES: dict[tuple[str, str], Aside] = {
    ("s1_23", "05_refund4"): lambda store, order: store.refund(
        order, {"FIRE24": 1}, reason="driver line refund"
    ),
    ("s1_33", "05_delete_force"): lambda store, order: store.untrash(order),
}
# Coupons are not played; a trashed order's last answer carries the time of the trashing.
LEFT_OUT = {"02_create_coupon", "09_delete2_force"}


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with stand_in() as store:
        store.courier.timeout_s = 1
        yield store


def _without_system_notes(value: Any) -> Any:
    return value[:2] if isinstance(value, list) and value and "note" in value[0] else value


@pytest.mark.parametrize("scenario", PLAYED)
def test_order_history_is_answered_as_by_the_real_store(store: FakeStore, scenario: str) -> None:
    replay = Replay(store, scenario)

    for step in replay.steps:
        if step in LEFT_OUT:
            continue
        aside = ASIDES.get((scenario[:5], step))
        if aside:
            store.shift_clock(1)
            aside(store, replay.last_order_id)
        call, status, body = replay.step(step)
        expected, got = _without_system_notes(call["body"]), _without_system_notes(body)
        assert (step, status) == (step, call["status"])
        assert essence(got) == essence(expected), step
        assert shape(got) == shape(expected), step
        if call["request"]["method"] == "PUT" and status == 200:
            assert got["date_modified"] != got["date_created"]


def test_every_captured_scenario_is_played_or_named() -> None:
    by_hand = {"s1_43_disabled_after_failures", "s1_60_storefront_checkout_block", "calls", "webhooks"}

    assert {name.split("/")[1] for name in names("rest/**/*.json")} == {*PLAYED, *by_hand}


def test_cancelling_gives_everything_back(store: FakeStore) -> None:
    replay = Replay(store, "s1_15_cancel_after_processing")

    for step in replay.steps:
        replay.step(step)

    assert (store.stock("ICE28"), store.stock("STICKER-01")) == (20, 500)
