"""The three ways to send a consumer key to WooCommerce, and how many calls to a store at once.

Measured: over https WooCommerce reads the Authorization header or the address, over plain http only an
OAuth 1.0a signature. Some hosts remove the header, so the address is the second choice.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from writer.stores.woocommerce.problems import StoreBusy

BASIC, QUERY, OAUTH = "basic", "query", "oauth"
CALLS_AT_ONCE = 4  # to one store; where calls are spaced, one
_turns: dict[str, "Turn"] = {}
_making = threading.Lock()
_least_interval_s = 0.0


def space_calls(interval_s: float) -> None:
    """Have every call to a store begin at least so long after the last one to it ended."""
    global _least_interval_s
    _least_interval_s = interval_s


def least_interval_s() -> float:
    """Return the least time between two calls to a store."""
    return _least_interval_s


def ways(base_url: str) -> tuple[str, ...]:
    """Return the ways to send a key that can work at this address, the best first."""
    return (BASIC, QUERY) if base_url.lower().startswith("https://") else (OAUTH,)


class Turn:
    """Lets a few calls at a time through to a store, or one by one with the interval between two of them."""

    def __init__(self) -> None:
        self._one_by_one = threading.Lock()
        self._few = threading.Semaphore(CALLS_AT_ONCE)
        self._free_at = 0.0

    @contextmanager
    def taken(self, interval_s: float, patience_s: float) -> Iterator[None]:
        """Wait for the turn and hold it; raises StoreBusy after `patience_s` seconds."""
        gate = self._one_by_one if interval_s > 0 else self._few
        if not gate.acquire(timeout=patience_s):
            raise StoreBusy("Other calls to this store are under way and do not end.")
        try:
            time.sleep(max(0.0, self._free_at - time.monotonic()))
            yield
        finally:
            self._free_at = time.monotonic() + interval_s
            gate.release()


def turn(base_url: str) -> Turn:
    """Return the turn of the store at this address, one for the whole process."""
    with _making:
        return _turns.setdefault(base_url.lower().rstrip("/"), Turn())
