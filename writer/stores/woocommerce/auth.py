"""The three ways WooCommerce takes a consumer key, which of them to try, and one call at a time per store.

Measured: over https it looks at the Authorization header or at the address, over plain http only at an
OAuth 1.0a signature. Some hosts take the header away, so the address is the second choice.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from writer.stores.woocommerce.problems import StoreBusy

BASIC, QUERY, OAUTH = "basic", "query", "oauth"
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
    """Return the ways of sending a key that can work at this address, the best first."""
    return (BASIC, QUERY) if base_url.lower().startswith("https://") else (OAUTH,)


class Turn:
    """Lets one call at a time through to a store, and no two sooner than the interval after each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at = 0.0

    @contextmanager
    def taken(self, interval_s: float, patience_s: float) -> Iterator[None]:
        """Hold the turn; raises StoreBusy where it does not come within `patience_s` seconds."""
        if not self._lock.acquire(timeout=patience_s):
            raise StoreBusy("Other calls to this store are under way and do not end.")
        try:
            time.sleep(max(0.0, self._free_at - time.monotonic()))
            yield
        finally:
            self._free_at = time.monotonic() + interval_s
            self._lock.release()


def turn(base_url: str) -> Turn:
    """Return the turn of the store at this address, one for the whole process."""
    with _making:
        return _turns.setdefault(base_url.lower().rstrip("/"), Turn())
