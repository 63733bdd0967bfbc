"""The bench of heavy pages runs at any size; its milliseconds are for people."""

from pathlib import Path

from tests.bench.heavy_pages_bench import measure, open_shop


def test_each_heavy_page_is_measured(tmp_path: Path) -> None:
    client = open_shop(tmp_path, 120)

    assert [address for address, took_ms in measure(client, 1) if took_ms > 0] == [
        "/to-sort",
        "/to-sort?page=400",
        "/orders/1",
        "/orders/1?page=100",
    ]
