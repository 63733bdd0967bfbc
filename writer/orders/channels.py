"""What the columns of a store mean to its orders."""

from typing import Any

from sqlalchemy import Row

from writer.orders.snapshot import Channel


def channel_of(store: Row[Any]) -> Channel:
    """Return what this room must know of a store, from its row."""
    return Channel(
        store_id=store.id,
        name=store.name,
        counts_on_hold=bool(store.counts_on_hold),
        paid_statuses=paid_statuses(store.paid_statuses),
        restocks_refunds=bool(store.restocks_refunds),
        has_keys=store.consumer_key_encrypted is not None,
        stock_from=store.stock_from,
    )


def paid_statuses(text: str) -> frozenset[str]:
    """Return the statuses in a comma-separated list, without WordPress's "wc-" before them."""
    words = (word.strip().lower().removeprefix("wc-") for word in text.split(","))
    return frozenset(word for word in words if word)
