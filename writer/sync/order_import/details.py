"""Reads the details (ship-to, note, taxes) of orders recorded before those were kept, from their raw JSON."""

import json
from collections.abc import Callable

from writer import orders
from writer.db import Database, in_batches
from writer.lib import clock
from writer.orders import OrderSnapshot
from writer.stores import woocommerce


def read_details(database: Database, is_stopping: Callable[[], bool]) -> int:
    """Fill in the details of every order whose raw JSON is kept, some at a time; return of how many."""
    return in_batches(
        database, orders.list_undetailed, lambda db, ids: orders.fill_in(db, ids, _read), is_stopping
    )


def _read(raw: str) -> OrderSnapshot | None:
    """Return what a kept body says; None where it is not understood, which no delivery of it was either."""
    try:
        return woocommerce.read_order(json.loads(raw), clock.now(), raw)
    except (ValueError, woocommerce.Refusal):
        return None
