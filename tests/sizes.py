"""How much is played of what could go on for ever: some of it in each run, a lot by `tests/run full`."""

import os

from hypothesis import HealthCheck, settings

IS_FULL = os.environ.get("TEST_SIZE") == "full"


def size(usual: int, full: int) -> int:
    """Return how many histories, examples or requests a test plays this time."""
    return full if IS_FULL else usual


def examples(usual: int, full: int) -> settings:
    """Return settings of Hypothesis: so many examples, as long as each takes, on the fixtures of one test."""
    return settings(
        max_examples=size(usual, full),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
