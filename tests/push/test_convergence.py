"""Whatever is lost, doubled, late, shuffled, killed or changed by hand: after one round all is right.

500 histories; `python -m tests.push.converge --histories 5000` plays more.
"""

import shutil
from pathlib import Path

import pytest

from tests.push.converge import play

BATCH = 20


@pytest.mark.sqlite_only  # the same rules on PostgreSQL are played once below
@pytest.mark.parametrize("first", range(1, 501, BATCH))
def test_random_histories_end_right(template: str, tmp_path: Path, first: int) -> None:
    for seed in range(first, first + BATCH):
        path = tmp_path / f"{seed}.db"
        shutil.copy(template, path)

        wrong = play(f"sqlite:///{path}", seed)

        assert wrong == [], f"history {seed}"
        path.unlink()


@pytest.mark.parametrize("seed", range(1001, 1006))
def test_a_random_history_ends_right_on_this_database(database_url: str, seed: int) -> None:
    assert play(database_url, seed) == []
