"""The bench of pushing runs at any size, and its counts are exact; its seconds and memory are for people."""

import pytest

from tests.bench import push_bench

pytestmark = pytest.mark.sqlite_only


def test_changed_listings_are_read_and_written_by_the_hundred() -> None:
    found = push_bench.calls(120)

    assert (found["reads"], found["writes"]) == (2, 2)


def test_a_burst_of_orders_costs_few_writes() -> None:
    found = push_bench.burst(orders=6, over_s=1)

    assert found["most_writes"] <= 5


def test_stores_are_told_although_another_hangs() -> None:
    found = push_bench.hang(sales=2)

    assert found["with_s"] < found["timeout_s"]


def test_the_memory_of_pushing_and_refreshing_can_be_measured() -> None:
    pushed, refreshed = push_bench.memory(1, 10), push_bench.listed(1, 10)

    assert min(pushed["large_peak_kb"], refreshed["large_peak_kb"]) > 0


def test_a_sale_is_shown_by_the_other_store_whether_a_webhook_or_a_poll_brings_it() -> None:
    by_webhook = push_bench.delay(2, over_s=1, poll_interval_s=0, cron_every_s=2)
    by_poll = push_bench.delay(2, over_s=1, poll_interval_s=5)

    assert by_webhook["worst_s"] > 0
    assert by_poll["worst_s"] > 0
