"""Each command of the crontab once, on a database with nothing in it and on one that is locked."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.commands.running import Ran, run_all
from writer.config import ROOT

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]


def commands() -> list[str]:
    lines = [line.split("#")[0].split() for line in (ROOT / "writer" / "crontab").read_text().splitlines()]
    return [" ".join(words[5:]) for words in lines if words]


@contextmanager
def locked(database_url: str) -> Iterator[None]:
    """Hold the write lock, as a program that hangs does."""
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def test_on_an_empty_database_each_says_in_sentences_that_all_is_well(database_url: str) -> None:
    ran = run_all(commands(), database_url)

    assert {command: done.status for command, done in ran.items()} == dict.fromkeys(ran, 0)
    assert_sentences(ran)


def test_on_a_locked_database_each_says_in_a_sentence_what_it_could_not_do(database_url: str) -> None:
    with locked(database_url):
        ran = run_all(commands(), database_url)

    assert {command for command, done in ran.items() if done.status not in (0, 1)} == set()
    # One that found nothing to write at first says so before it says what it could not do.
    assert {command: done.lines for command, done in ran.items() if done.status and len(done.lines) > 2} == {}
    assert_sentences(ran)
    # What has to write is refused; what only reads, or writes elsewhere, is not.
    assert ran["writer.commands.check_stores"].status == 1
    assert ran["writer.commands.backup"].status == 0


def assert_sentences(ran: dict[str, Ran]) -> None:
    """Each printed something, and nothing but sentences."""
    assert {command for command, done in ran.items() if not done.lines} == set()
    assert {
        command: done.lines for command, done in ran.items() if any(line[-1:] != "." for line in done.lines)
    } == {}
