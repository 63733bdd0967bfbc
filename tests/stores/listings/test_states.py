"""A listing's state in its row: what is written, and when it is left alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from writer.db import Database, insert_row
from writer.db.schema.listings import listings
from writer.lib.errors import NotFound
from writer.stock.movements import add_product
from writer.stores import load_state, load_states, registry, save_state
from writer.stores.woocommerce import Shown

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def db(database: Database) -> Iterator[Connection]:
    """Listing 1 of store 1 is product 1."""
    with database.transaction() as connection:
        registry.register(connection, "shop.example", "ada")
        add_product(connection, "ada", "X", 10)
        insert_row(connection, listings, store_id=1, product_id=7, stock_product_id=1)
        yield connection


def row(db: Connection) -> Any:
    return db.execute(select(listings)).one()


def test_what_a_verb_changed_is_written_and_read_again(db: Connection) -> None:
    before = load_state(db, 1)
    after = before.confirmed(9, 2, NOW)

    save_state(db, 1, before, after)

    assert load_state(db, 1) == after


def test_what_a_verb_left_alone_is_left_to_whoever_changed_it_meanwhile(db: Connection) -> None:
    before = load_state(db, 1)
    db.execute(update(listings).values(needs_check=True))

    save_state(db, 1, before, before.confirmed(9, 2, NOW))

    assert load_state(db, 1).needs_check


def test_what_the_store_shows_is_written_beside_it(db: Connection) -> None:
    before = load_state(db, 1)

    save_state(db, 1, before, before, Shown(None, "parent", True))

    found = row(db)
    assert (found.shown_quantity, found.manage_stock, found.allows_backorders) == (None, "parent", True)
    assert found.shown_at is not None


def test_a_listing_that_became_another_product_is_left_out(db: Connection) -> None:
    assert list(load_states(db, {1: 1})) == [1]
    assert load_states(db, {1: 2}) == {}


def test_the_state_of_a_listing_that_is_none_is_not_found(db: Connection) -> None:
    with pytest.raises(NotFound):
        load_state(db, 2)
