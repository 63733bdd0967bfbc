"""Pieces of work that come at the same time, joined in one commit: what waits for the disk waits once."""

import contextvars
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection

Work = Callable[[Connection, bool], Any]
MOST_JOINED = 32
# For how long those who were just answered are waited for: to send the answers and read what comes next takes
# about as long as the work did, and who is missed by a hair waits for two commits.
GATHERING = 2
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
        self.is_alone = False
        self.result: Any = None
        self.error: BaseException | None = None

    def wait(self) -> None:
        """Return when another thread has called `wake`."""
        self._turn.acquire()

    def wake(self) -> None:
        """Let who waits go on: it is done, or its turn to lead."""
        self._turn.release()


class Joined:
    """Does what several threads ask for in one transaction; each returns when that is committed.

    Whoever comes while nobody works begins, and does what comes meanwhile in the next transaction. Where a
    piece raises, the transaction is undone and each of its pieces is done alone, in its own thread.
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction
        self._guard = threading.Lock()
        self._arrived = threading.Condition(self._guard)
        self._waiting: deque[_Piece] = deque()
        self._is_led = False
        self._company = 1  # how many were there when the last transaction ended, done or waiting
        self._gathers_until = 0.0  # by time.perf_counter()

    def do(self, work: Work) -> Any:
        """Return what `work(db, is_alone)` returns, once it is committed; raise what it raises alone.

        With `is_alone` False it can be undone and called a second time, so it must do nothing but write to
        `db`, and let whatever goes wrong be raised.
        """
        piece = _Piece(work)
        with self._guard:
            self._waiting.append(piece)
            if len(self._waiting) == self._company:
                self._arrived.notify()
            leads, self._is_led = not self._is_led, True
        if not leads:
            piece.wait()
        if not piece.is_done:
            self._lead()
        if piece.is_alone:
            with self._transaction() as db:
                return work(db, True)
        if piece.error is not None:
            raise piece.error
        return piece.result

    def _lead(self) -> None:
        """Do what waits by now, and let the first of those that came meanwhile lead on."""
        with self._guard:
            # Who was just answered often asks again at once: then there is one commit where there were two.
            left_s = max(0.0, self._gathers_until - time.perf_counter())
            self._arrived.wait_for(lambda: len(self._waiting) >= self._company, left_s)
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
                self._company = min(len(pieces) + len(self._waiting), MOST_JOINED)
                self._is_led = bool(self._waiting)
                if self._waiting:
                    self._waiting[0].wake()

    def _do_all(self, pieces: list[_Piece]) -> None:
        has_begun = False
        try:
            with self._transaction() as db:
                has_begun = True
                for piece in pieces:
                    piece.result = piece.context.run(piece.work, db, False)
        except BaseException as error:
            for piece in pieces:
                piece.is_alone = has_begun
                # One that cannot even begin fails all of them: each alone would wait for it as long.
                piece.error = error
            if not isinstance(error, Exception):
                raise
