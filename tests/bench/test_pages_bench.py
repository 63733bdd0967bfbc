"""The bench of pages runs at any size; its milliseconds are for people."""

from pathlib import Path

from deploy.demo.past import time_is
from tests.bench.pages_bench import NOW, PAGES, compare, open_shop


def test_each_page_is_measured_in_both_shops(tmp_path: Path) -> None:
    with time_is(lambda: NOW):
        few, many = open_shop(tmp_path, 1_000), open_shop(tmp_path, 1_500)

        measured = list(compare(few, many, 1))

    assert [address for address, one, other in measured if one > 0 and other > 0] == list(PAGES)
