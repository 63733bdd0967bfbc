"""Asks a store for the refunds of several orders at once: each order needs a call of its own."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from writer.stores import Client, woocommerce


@dataclass
class Refunds:
    """The refund resources of orders by the order's id; `failure`: why some orders are missing here."""

    by_order: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failure: Exception | None = None


def read_refunds(client: Client, order_ids: Iterable[str], heed_stop: Callable[[], None]) -> Refunds:
    """Read the refunds of each order, as many at once as the store is called for.

    `heed_stop` is called before each call; what it raises, and what a call raises, ends the reading.
    """
    found, is_over = Refunds(), threading.Event()

    def read(order_id: str) -> list[dict[str, Any]] | None:
        if is_over.is_set():
            return None
        try:
            heed_stop()
            # A copy on the same connections: each finds out for itself how long a list its host can give.
            return copy(client).refunds(order_id)
        except Exception:
            is_over.set()
            raise

    with ThreadPoolExecutor(woocommerce.CALLS_AT_ONCE, "onerom refunds") as pool:
        under_way = {order_id: pool.submit(read, order_id) for order_id in order_ids}
        for order_id, future in under_way.items():
            try:
                items = future.result()
            except Exception as error:
                found.failure = found.failure or error
                continue
            if items is not None:
                found.by_order[order_id] = items
    return found
