"""Pieces of work joined in one transaction: each has its own answer, whatever the others come to."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from writer.db.group_commit import Joined, Work

asking: ContextVar[str] = ContextVar("asking")


class Ledger:
    """Transactions that keep what is written only where they end well; `closed` lets none begin."""

    def __init__(self) -> None:
        self.committed: list[list[str]] = []
        self.begun = 0
        self.closed = False

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        if self.closed:
            raise OSError("locked")
        self.begun += 1
        written: list[str] = []
        yield cast(Connection, written)
        self.committed.append(written)


@contextmanager
def savepoint(db: Any) -> Iterator[None]:
    before = len(db)
    try:
        yield
    except BaseException:
        del db[before:]
        raise


def writes(name: str, then: Callable[[], object] = lambda: None) -> Work:
    """Work that writes its name, then does something; its result is its name."""

    def work(db: Any) -> str:
        db.append(name)
        then()
        return name

    return work


def fails(name: str, error: BaseException) -> Work:
    def raise_it() -> None:
        raise error

    return writes(name, raise_it)


def together(joined: Joined, works: list[Work]) -> list[Future[Any]]:
    """Do the works in threads of their own, all of them while one more keeps everybody waiting."""
    has_begun, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        has_begun.set()
        assert may_end.wait(10)

    with ThreadPoolExecutor(len(works) + 1) as pool:
        first = pool.submit(joined.do, writes("first", hold))
        assert has_begun.wait(10)
        found = [pool.submit(joined.do, work) for work in works]
        while len(joined._waiting) < len(works):
            time.sleep(0.001)
        may_end.set()
    assert first.result() == "first"
    return found


def test_what_comes_meanwhile_is_committed_together() -> None:
    ledger = Ledger()

    found = together(Joined(ledger.transaction, savepoint), [writes(name) for name in "abcde"])

    assert [done.result() for done in found] == list("abcde")
    assert [sorted(written) for written in ledger.committed] == [["first"], list("abcde")]


def test_one_that_fails_undoes_only_itself() -> None:
    ledger = Ledger()

    found = together(
        Joined(ledger.transaction, savepoint), [writes("a"), fails("b", ValueError("no")), writes("c")]
    )

    assert found[0].result() == "a"
    with pytest.raises(ValueError, match="no"):
        found[1].result()
    assert found[2].result() == "c"
    assert [sorted(written) for written in ledger.committed] == [["first"], ["a", "c"]]


def test_an_error_of_the_database_itself_fails_all_of_them() -> None:
    ledger = Ledger()
    full = OperationalError("INSERT", None, OSError("disk is full"))

    found = together(Joined(ledger.transaction, savepoint), [writes("a"), fails("b", full), writes("c")])

    assert [done.exception() for done in found] == [full] * 3
    assert ledger.committed == [["first"]]


def test_where_no_transaction_can_begin_each_is_told_so_at_once() -> None:
    ledger = Ledger()

    def close() -> None:
        ledger.closed = True

    joined = Joined(ledger.transaction, savepoint)
    joined.do(writes("before", close))
    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(joined.do, writes(name)) for name in "abc"]

    assert [str(done.exception()) for done in found] == ["locked"] * 3
    ledger.closed = False
    assert joined.do(writes("after")) == "after"


def test_whatever_is_raised_the_next_goes_on() -> None:
    ledger = Ledger()
    joined = Joined(ledger.transaction, savepoint)

    for error in (ValueError("no"), SystemExit(1), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            joined.do(fails("a", error))

    assert joined.do(writes("b")) == "b"
    assert ledger.committed == [[], ["b"]]


def test_each_piece_sees_the_context_of_who_asked_for_it() -> None:
    seen: list[str] = []

    def ask(joined: Joined, name: str) -> Any:
        asking.set(name)
        return joined.do(writes(name, lambda: seen.append(f"{name} {asking.get()}")))

    joined = Joined(Ledger().transaction, savepoint)
    with ThreadPoolExecutor(5) as pool:
        found = [pool.submit(ask, joined, name) for name in "abcde"]

    assert sorted(done.result() for done in found) == list("abcde")
    assert sorted(seen) == [f"{name} {name}" for name in "abcde"]


def test_many_at_once_are_each_done_once() -> None:
    ledger = Ledger()
    joined = Joined(ledger.transaction, savepoint)

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda number: joined.do(writes(str(number))), range(2000)))

    assert results == [str(number) for number in range(2000)]
    assert sorted(name for written in ledger.committed for name in written) == sorted(results)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What lets 20 seconds go by, at once; twice as long may be waited for others."""
    now_s = 0.0

    def pass_by() -> None:
        nonlocal now_s
        now_s += 20

    monkeypatch.setattr("writer.db.group_commit.LONGEST_GATHERING_S", 40)
    monkeypatch.setattr("writer.db.group_commit.time.perf_counter", lambda: now_s)
    return pass_by


def test_those_who_ask_again_at_once_are_waited_for(slowly: Callable[[], None]) -> None:
    ledger = Ledger()
    joined = Joined(ledger.transaction, savepoint)
    together(joined, [writes(name, slowly) for name in "abc"])

    with ThreadPoolExecutor(3) as pool:
        for name in "abc":
            pool.submit(joined.do, writes(f"{name} again"))
            time.sleep(0.1)  # in which it would be done alone

    assert ledger.committed[-1] == ["a again", "b again", "c again"]


def test_who_comes_later_waits_for_nobody(slowly: Callable[[], None]) -> None:
    ledger = Ledger()
    joined = Joined(ledger.transaction, savepoint)
    together(joined, [writes(name, slowly) for name in "abc"])
    slowly()
    slowly()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(joined.do, writes("alone")).result(timeout=15)

    assert ledger.committed[-1] == ["alone"]
