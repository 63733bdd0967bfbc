"""What the verbs of a store's pushing leave in its row."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from writer.db import Database
from writer.db.schema.stores import stores
from writer.stores import registry

WHEN = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.fixture
def db(database: Database) -> Iterator[Connection]:
    with database.transaction() as connection:
        registry.register(connection, "shop.example", "ada")
        yield connection


def row(db: Connection) -> Any:
    return db.execute(select(stores)).one()


def test_a_store_that_is_started_is_pushed_to_and_knows_since_when(db: Connection) -> None:
    registry.start_pushing(db, 1, WHEN)

    assert (row(db).push_state, row(db).stock_from) == ("on", WHEN)


def test_a_store_that_is_stopped_forgets_the_change_that_waited(db: Connection) -> None:
    registry.start_pushing(db, 1, WHEN)
    registry.hold_mass_change(db, 1, "12 listings would be set to 0.")

    registry.stop_pushing(db, 1)

    assert (row(db).push_state, row(db).mass_change) == ("off", None)


def test_a_store_that_is_paused_says_why_and_one_that_is_resumed_starts_afresh(db: Connection) -> None:
    registry.pause(db, 1, "Stock is being moved.")
    paused = row(db)
    db.execute(update(stores).values(key_refusals=2, next_call_at=WHEN))

    registry.resume(db, 1)

    assert (paused.push_state, paused.pause_reason) == ("paused", "Stock is being moved.")
    assert (row(db).push_state, row(db).pause_reason, row(db).key_refusals, row(db).next_call_at) == (
        "on",
        None,
        0,
        None,
    )


def test_a_change_that_is_confirmed_waits_no_more(db: Connection) -> None:
    registry.hold_mass_change(db, 1, "12 listings would be set to 0.")

    registry.confirm_mass_change(db, 1)

    assert (row(db).mass_change, row(db).mass_confirmed_at is None) == (None, False)


def test_a_poll_moves_the_cursor_and_counts_as_contact(db: Connection) -> None:
    newest = datetime(2026, 11, 20, 9, 59, tzinfo=UTC)

    registry.note_poll(db, 1, WHEN, newest)

    assert (row(db).polled_at, row(db).order_cursor) == (WHEN, newest)
    assert row(db).last_contact_at is not None
