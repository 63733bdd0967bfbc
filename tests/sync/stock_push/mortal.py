"""A pusher that dies in the middle of its work: nothing of it runs on, in any thread."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.hub import Hub
from writer.stores.woocommerce import client


class Killed(BaseException):
    """The process is gone, as by kill -9."""


class Mortal:
    """Dies at its n-th step, just before or after it; a step is a call to a store or a transaction."""

    def __init__(self, steps: int, dies_before: bool) -> None:
        self.left, self.dies_before = steps, dies_before
        self.counting = threading.Lock()

    def push(self, hub: Hub) -> None:
        """Push until death, or to the end where that comes sooner."""
        ask, transaction = client.Client.ask, hub.database.transaction

        def asking(*args: Any, **named: Any) -> Any:
            with self.step():
                return ask(*args, **named)

        @contextlib.contextmanager
        def transacting() -> Iterator[Any]:
            with self.step(), transaction() as db:
                yield db

        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(client.Client, "ask", asking)
            patch.setattr(hub.database, "transaction", transacting)
            hub.push()

    @contextlib.contextmanager
    def step(self) -> Iterator[None]:
        with self.counting:
            self.left -= 1
            is_last = self.left == 0
            if self.left < 0 or (is_last and self.dies_before):
                raise Killed
        yield
        if is_last or self.left < 0:
            raise Killed


__all__ = ["Killed", "Mortal"]
