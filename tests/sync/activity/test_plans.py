"""What is asked of deliveries often is found by an index, however many there are: as SQLite plans it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, event

from tests.sync.activity.happened import add_store
from writer.db import Database
from writer.lib.store_scope import EVERYTHING, StoreScope
from writer.sync.activity import queries
from writer.sync.activity.entries import Filters, Place
from writer.sync.stock_push import plan

pytestmark = pytest.mark.sqlite_only
AT = datetime(2026, 11, 20, tzinfo=UTC)


def plans(db: Connection, ask: object) -> list[str]:
    """Return the steps by which SQLite answers all that `ask` reads of deliveries."""
    asked: list[tuple[str, object]] = []

    def note(_db: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        asked.append((statement, parameters))

    event.listen(db, "before_cursor_execute", note)
    assert callable(ask)
    ask()
    event.remove(db, "before_cursor_execute", note)
    return [
        row[3]
        for statement, parameters in asked
        for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
        if "deliveries" in row[3]
    ]


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(kind="delivery"), "ix_deliveries_received"),
        (Filters(kind="delivery", store_id=1), "ix_deliveries_store"),
        (Filters(kind="delivery", outcome="stale"), "ix_deliveries_odd"),
        (Filters(outcome="trouble"), "ix_deliveries_odd"),
        (Filters(order_id=1), "ix_deliveries_order"),
        (Filters(number="2109"), "ix_deliveries_number"),
    ],
)
@pytest.mark.parametrize("after", [None, Place(AT, "delivery", 7)])
def test_a_page_of_deliveries_is_read_by_an_index(
    db: Database, filters: Filters, index: str, after: Place | None
) -> None:
    add_store(db, "Kiln", AT)

    with db.reading() as connection:
        found = plans(connection, lambda: queries.list_entries(connection, EVERYTHING, filters, 50, after))

    assert any(index in step for step in found), found
    assert not any("SCAN deliveries" in step and index not in step for step in found), found


def test_what_waits_or_needs_somebody_is_counted_by_an_index(db: Database) -> None:
    store_id = add_store(db, "Kiln", AT)
    of_store = StoreScope(frozenset({store_id}))

    with db.reading() as connection:
        counted = plans(connection, lambda: queries.count_trouble(connection, of_store, store_id))
        waiting = plans(connection, lambda: plan.has_unprocessed(connection, store_id))

    assert all("ix_deliveries_trouble" in step for step in counted)
    assert all("ix_deliveries_waiting" in step for step in waiting)
