"""How much there is to do on each page, for the numbers in the menu: a hook that areas fill."""

from collections.abc import Callable

from sqlalchemy import Connection

from writer.lib.store_scope import StoreScope

# Each returns how much there is to do by the address of its page: {"/to-sort": 3}. The menu shows the numbers
# on every page, so a source only reads what an index or a counter knows.
count_sources: list[Callable[[Connection, StoreScope], dict[str, int]]] = []


def count_todo(db: Connection, store_scope: StoreScope) -> dict[str, int]:
    """Return how much there is to do, by the address of its page."""
    counts: dict[str, int] = {}
    for source in count_sources:
        counts.update(source(db, store_scope))
    return counts
