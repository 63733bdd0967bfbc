"""The areas, in the order in which they may call each other; which of their tests run where, and how long."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

# An area may call those before it in this list.
AREAS = [
    "lib",
    "db",
    "web",
    "people",
    "stock",
    "sales",
    "orders",
    "stores",
    "sync",
    "reports",
    "commands",
    "ops",
]
# What every area stands on has no rooms: each module is an interface of its own.
FLOOR = ("lib", "db", "web")
# What is run on PostgreSQL too: rooms that are about statements, locks and triggers, without their pages, for
# those only show what others find. Of other rooms: what is marked `postgres`.
ON_POSTGRES = ("db", "orders/record", "stock", "stores", "sync", "sales/ledger")
ONLY_SHOWS = ("test_pages", "test_forms")
FEW = 2  # tests of each file where everything is tried a little


def runs_on_postgres(item: pytest.Item) -> bool:
    """Tell whether a test touches a database, and more of it than every page does."""
    if item.get_closest_marker("sqlite_only") is not None:
        return False
    # Functions have fixtures; what has none is kept.
    asked = set(getattr(item, "fixturenames", ["template"]))
    if asked.isdisjoint({"template", "empty_database_url"}):
        return False
    folder = str(item.path.parent.relative_to(TESTS))
    is_chosen = any(f"{folder}/".startswith(f"{room}/") for room in ON_POSTGRES)
    return item.get_closest_marker("postgres") is not None or (
        is_chosen and not item.path.name.startswith(ONLY_SHOWS)
    )


def first_of_each_file(items: list[pytest.Item], whole: tuple[str, ...]) -> Iterator[pytest.Item]:
    """Yield all tests below the paths `whole`, and of every other file the first few."""
    taken: dict[Path, set[str]] = defaultdict(set)
    for item in items:
        path, name = item.path, getattr(item, "originalname", item.name)
        if str(path.relative_to(TESTS.parent)).startswith(whole):
            yield item
        elif name not in taken[path] and len(taken[path]) < FEW:
            taken[path].add(name)
            yield item


def of_test(nodeid: str) -> str:
    """Return the area that a test is about; `house` for those in tests/ itself, which are about all of it."""
    parts = nodeid.split("::")[0].split("/")
    return parts[1] if len(parts) > 2 else "house"


class Times:
    """Adds up, at the end of a run, how long the tests of each area took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.tests: dict[str, int] = defaultdict(int)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one phase of a test: its setup, the test itself, its end."""
        area = of_test(report.nodeid)
        self.seconds[area] += report.duration
        self.tests[area] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the areas, the longest first."""
        if sum(self.tests.values()) > 1:
            terminalreporter.section("where the time went (seconds of all workers)")
            for line in self.lines():
                terminalreporter.write_line(line)

    def lines(self) -> Iterator[str]:
        """Yield a line for each area."""
        whole = sum(self.seconds.values()) or 1.0
        for area in sorted(self.seconds, key=lambda area: -self.seconds[area]):
            seconds = self.seconds[area]
            yield f"{area:<14} {self.tests[area]:>5} tests {seconds:>8.1f} s {seconds / whole:>6.0%}"
