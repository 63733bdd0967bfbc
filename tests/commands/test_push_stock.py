"""`python -m writer.commands.push_stock` as cron and people run it: what it prints, and its exit status."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.hub import Hub
from tests.makers import make_environment
from writer.config import ROOT

pytestmark = pytest.mark.postgres

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def hub(hub: Hub) -> Hub:
    """Three stores that show 10 while 8 are left."""
    hub.sell_here(2)
    return hub


@pytest.fixture
def push_stock(database_url: str) -> Run:
    def run(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        told = make_environment(DATABASE_URL=database_url)
        environment = {**os.environ, **told, **settings}
        command = [sys.executable, "-m", "writer.commands.push_stock", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def test_a_run_tells_of_each_store_and_ends_with_a_summary(hub: Hub, push_stock: Run) -> None:
    done = push_stock()

    assert (done.returncode, hub.shown()) == (0, [8, 8, 8])
    assert done.stdout.splitlines() == [
        *(
            f"store {number}: 1 written, 0 right already, 0 to be looked at again, 0 refused"
            for number in (1, 2, 3)
        ),
        "3 stores pushed: 3 written, 0 right already, 0 to be looked at again, 0 refused; 0 stores waiting,"
        " 0 not called, 0 failed.",
    ]


def test_a_dry_run_says_what_would_be_written_where(hub: Hub, push_stock: Run) -> None:
    with hub.database.only_one("push"):  # the watcher may well be at work
        done = push_stock("--dry-run", "--store", "2")

    assert (done.returncode, hub.shown()) == (0, [10, 10, 10])
    assert "  X: 10 -> 8" in done.stdout.splitlines()
    assert "store 1" not in done.stdout


def test_one_store_alone_can_be_pushed_to(hub: Hub, push_stock: Run) -> None:
    assert push_stock("--store", "3").returncode == 0

    assert hub.shown() == [10, 10, 8]


def test_a_store_that_fails_is_told_by_the_exit_status(hub: Hub, push_stock: Run) -> None:
    hub.fakes[1].faults.broken = True

    done = push_stock()

    assert (done.returncode, hub.shown()) == (1, [8, 10, 8])
    assert "store 2: The store has an error of its own (500)" in done.stdout


def test_a_listing_that_is_refused_is_told_by_the_exit_status(hub: Hub, push_stock: Run) -> None:
    hub.fakes[1].delete_product("X")

    done = push_stock()

    assert done.returncode == 1
    assert "store 2: 0 written, 0 right already, 0 to be looked at again, 1 refused" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("--watch",)])
def test_a_second_run_says_that_one_is_at_work(hub: Hub, push_stock: Run, arguments: tuple[str, ...]) -> None:
    with hub.database.only_one("push"):
        done = push_stock(*arguments)

    assert (done.returncode, done.stdout) == (0, "push: already running. Nothing was done.\n")
    assert hub.shown() == [10, 10, 10]


def test_a_store_that_is_not_there_is_a_mistake_of_the_command(hub: Hub, push_stock: Run) -> None:
    done = push_stock("--store", "9")

    assert done.returncode == 2
    assert done.stderr.strip().endswith("There is no such store.")


def test_a_setting_that_cannot_be_used_is_named(push_stock: Run) -> None:
    done = push_stock(CONFIG_ENCRYPTION_KEY="short")

    assert done.returncode == 2
    assert "CONFIG_ENCRYPTION_KEY" in done.stderr
