"""What the columns of a store mean to its orders."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from writer.orders.record.snapshot import Channel


def channel_of(store: Row[Any]) -> Channel:
    """Return what this room must know of a store, from its row."""
    return Channel(
        store_id=store.id,
        name=store.name,
        counts_on_hold=bool(store.counts_on_hold),
        paid_statuses=paid_statuses(store.paid_statuses),
        restocks_refunds=bool(store.restocks_refunds),
        has_keys=store.consumer_key_encrypted is not None,
        stock_from=stock_from(store),
    )


def stock_from(store: Row[Any]) -> datetime | None:
    """Return since when a store's orders move stock; None: whenever they were made.

    A store that is read has years of orders. Until its baseline is chosen, those from before it was connected
    are history that every count here was made without; a store that only delivers tells of none.
    """
    if store.stock_from is None and store.consumer_key_encrypted is not None:
        return store.created_at  # type: ignore[no-any-return]  # a row knows no types
    return store.stock_from  # type: ignore[no-any-return]  # a row knows no types


def paid_statuses(text: str) -> frozenset[str]:
    """Return the statuses in a comma-separated list, without WordPress's "wc-" before them."""
    words = (word.strip().lower().removeprefix("wc-") for word in text.split(","))
    return frozenset(word for word in words if word)
