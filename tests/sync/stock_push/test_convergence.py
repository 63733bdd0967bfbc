"""Whatever is lost, doubled, late, shuffled, killed or changed by hand: after one round all is right.

160 histories, 2,000 by `tests/run full`; `python -m tests.sync.stock_push.converge --histories 5000`
plays as many as one likes.
"""

from pathlib import Path

import pytest
from flask import Flask

from tests.sizes import size
from tests.sync.stock_push.converge import play, stage

HISTORIES = size(160, 2000)
BATCH = 20


@pytest.mark.slow
@pytest.mark.sqlite_only  # the same rules on PostgreSQL are played once below
@pytest.mark.parametrize("first", range(1, HISTORIES + 1, BATCH))
def test_random_histories_end_right(template: str, tmp_path: Path, first: int) -> None:
    with stage(Path(template), tmp_path) as play_afresh:
        for seed in range(first, first + BATCH):
            assert play_afresh(seed) == [], f"history {seed}"


@pytest.mark.parametrize("seed", range(1001, 1006))
def test_a_random_history_ends_right_on_this_database(app: Flask, seed: int) -> None:
    assert play(app, seed) == []
