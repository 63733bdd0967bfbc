"""The sync's bench runs, and its counts are exact at any size; its seconds are for people."""

from tests.bench.sync_bench import compare


def test_a_sync_reads_by_the_hundred_and_once_when_nothing_is_new() -> None:
    figures = compare(250)

    assert (figures["large_orders"], figures["large_calls"], figures["large_calls_again"]) == (251, 4, 1)
