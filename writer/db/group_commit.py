"""Pieces of work that come at the same time, joined in one commit: what waits for the disk waits once."""

import contextvars
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

Work = Callable[[Connection], Any]
Savepoint = Callable[[Connection], AbstractContextManager[None]]
MOST_JOINED = 32
GATHERING = 2  # times as long as the last transaction took
LONGEST_GATHERING_S = 0.01


class _Piece:
    """One piece of work, and what became of it."""

    def __init__(self, work: Work) -> None:
        self.work = work
        # It may be done in another thread: that must see this one's request and application.
        self.context = contextvars.copy_context()
        self._turn = threading.Lock()  # an Event would be a lock, a list of locks and a condition
        self._turn.acquire()
        self.is_done = False
        self.result: Any = None
        self.error: BaseException | None = None

    def wait(self) -> None:
        """Return when another thread has called `wake`."""
        self._turn.acquire()

    def wake(self) -> None:
        """Let who waits go on: it is done, or its turn to lead."""
        self._turn.release()

    def run(self, db: Connection, savepoint: Savepoint) -> None:
        """Do the work in a savepoint; raise only what makes the whole transaction worthless."""
        try:
            with savepoint(db):
                self.result = self.context.run(self.work, db)
        except OperationalError:
            raise  # the database itself: it can promise nothing to the others either
        except Exception as error:
            self.error = error


class Joined:
    """Does what several threads ask for in one transaction; each returns when that is committed.

    Whoever comes while nobody works begins, and does what comes meanwhile in the next transaction. A piece
    that raises undoes itself alone.
    """

    def __init__(
        self, transaction: Callable[[], AbstractContextManager[Connection]], savepoint: Savepoint
    ) -> None:
        self._transaction, self._savepoint = transaction, savepoint
        self._guard = threading.Lock()
        self._arrived = threading.Condition(self._guard)
        self._waiting: deque[_Piece] = deque()
        self._is_led = False
        self._expected = 1  # as many as there were when the last transaction ended, done or waiting
        self._gathers_until = 0.0  # by time.perf_counter()

    def do(self, work: Work) -> Any:
        """Return what `work(db)` returns, once it is committed; raise what it raises.

        It must do nothing but write to `db`: the commit after it can still fail.
        """
        piece = _Piece(work)
        with self._guard:
            self._waiting.append(piece)
            if len(self._waiting) == self._expected:
                self._arrived.notify()
            leads, self._is_led = not self._is_led, True
        if not leads:
            piece.wait()
        if not piece.is_done:
            self._lead()
        if piece.error is not None:
            raise piece.error
        return piece.result

    def _lead(self) -> None:
        """Do what waits by now, and let the first of those that came meanwhile lead on."""
        with self._guard:
            self._gather()
            pieces = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_JOINED))]
        began = time.perf_counter()
        try:
            self._do_all(pieces)
        finally:
            ended = time.perf_counter()
            for piece in pieces:
                piece.is_done = True
                piece.wake()
            with self._guard:
                self._gathers_until = ended + min(GATHERING * (ended - began), LONGEST_GATHERING_S)
                self._expected = min(len(pieces) + len(self._waiting), MOST_JOINED)
                self._is_led = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].wake()

    def _gather(self) -> None:
        """Wait a moment for those who were just answered and ask again at once. The caller holds the guard.

        It is there for the target of p99 alone: who misses a transaction by a hair waits for two. To send
        the answers and read what comes next takes about as long as the work did. Who comes alone, or later,
        waits for nobody.
        """
        left_s = max(0.0, self._gathers_until - time.perf_counter())
        self._arrived.wait_for(lambda: len(self._waiting) >= self._expected, left_s)

    def _do_all(self, pieces: list[_Piece]) -> None:
        try:
            with self._transaction() as db:
                for piece in pieces:
                    piece.run(db, self._savepoint)
        except BaseException as error:
            for piece in pieces:
                piece.error = error
            if not isinstance(error, Exception):
                raise
