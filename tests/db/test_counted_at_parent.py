"""The migration after which variations that stores count with their parents are no trouble any more."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, text

from tests.db.migrated import upgraded

AT = "2026-11-20 10:00:00"
BY_PARENT = "managed by its parent: the store counts it with the parent product"
BEFORE = (
    f"INSERT INTO stores (id, name, source, created_at) VALUES (1, 'A', 'a.example', '{AT}')",
    "INSERT INTO listings (id, store_id, product_id, variation_id, sku, manage_stock, problem) VALUES"
    f" (1, 1, 19, 21, 'SET-L', 'parent', '{BY_PARENT}'), (2, 1, 10, 0, 'X', 'yes', 'gone: of another kind')",
    "INSERT INTO failures (store_id, listing_id, what, sentence, times, first_at, last_at) VALUES"
    f" (1, 1, 'push stock', 'SET-L: {BY_PARENT}', 3, '{AT}', '{AT}'),"
    f" (1, 2, 'push stock', 'X: gone', 3, '{AT}', '{AT}')",
    "INSERT INTO notices (kind, subject, sentence, times, first_at, last_at) VALUES"
    f" ('listing', 'listing 1', 'by parent', 1, '{AT}', '{AT}'),"
    f" ('listing', 'listing 2', 'gone', 1, '{AT}', '{AT}'),"
    f" ('oversold', 'listing 1', 'x', 1, '{AT}', '{AT}')",
)


@pytest.fixture
def db(empty_database_url: str) -> Iterator[Connection]:
    """A database of revision 0023 with two listings in trouble, migrated to the newest."""
    with upgraded(empty_database_url, "0023", BEFORE) as connection:
        yield connection


def scalars(db: Connection, query: str) -> list[object]:
    return list(db.execute(text(query)).scalars())


def test_what_was_wrong_with_a_variation_counted_at_its_parent_is_over(db: Connection) -> None:
    assert scalars(db, "SELECT problem FROM listings ORDER BY id") == [None, "gone: of another kind"]
    assert scalars(db, "SELECT listing_id FROM failures WHERE ended_at IS NULL") == [2]
    still_open = "SELECT sentence FROM notices WHERE closed_at IS NULL ORDER BY id"
    assert scalars(db, still_open) == ["gone", "x"]
