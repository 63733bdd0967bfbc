"""Which sales a list shows, and how they are counted."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from tests.sales.ledger.conftest import NOON
from writer.db import Database
from writer.db.schema.ledger import sales as ledger
from writer.lib.store_scope import EVERYTHING
from writer.sales.ledger import queries
from writer.sales.ledger.queries import Filters, Summary


def row(db: Connection, **values: Any) -> None:
    smallest = {"model": "Fire", "variant": "24pin", "date_added": NOON}
    db.execute(insert(ledger).values(**{**smallest, **values}))


@pytest.fixture
def some(database: Database) -> Database:
    """Four sales, one a day from 20 November on."""
    with database.transaction() as db:
        row(db, id=1, quantity=1, seller="shop", notes="100% off", source="api")
        row(db, id=2, quantity=2, model="Ice", date_added=NOON + timedelta(days=1), sku="ICE-x")
        row(db, id=3, quantity=4, variant="28pin", date_added=NOON + timedelta(days=2), seller="Fair")
        row(db, id=4, quantity=-1, date_added=NOON + timedelta(days=3), source="form")
    return database


def found(db: Connection, filters: Filters) -> list[int]:
    summary = queries.summarize(db, EVERYTHING, filters)
    listed = [sale.id for sale in queries.list_sales(db, EVERYTHING, filters, 50, 0, summary)]
    exported = [sale.id for sale in queries.chunk_after(db, EVERYTHING, filters, None)]
    walked = [sale.id for sale in queries.list_sales(db, EVERYTHING, filters, 50, 0, None)]
    assert listed == exported == walked
    assert len(listed) == summary.rows
    return listed


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), [4, 3, 2, 1]),
        (Filters(model="Fire"), [4, 3, 1]),
        (Filters(model="Fire", variant="24pin"), [4, 1]),
        (Filters(seller="shop"), [1]),
        (Filters(source="form"), [4]),
        (Filters(text="FAIR"), [3]),
        (Filters(text="ice-"), [2]),
        (Filters(text="0%"), [1]),
        (Filters(text="0_"), []),
        (Filters(first_on=date(2026, 11, 22)), [4, 3]),
        (Filters(last_on=date(2026, 11, 21)), [2, 1]),
        (Filters(first_on=date(2026, 11, 21), last_on=date(2026, 11, 22)), [3, 2]),
        (Filters(model="Earth"), []),
    ],
)
def test_filters_leave_what_they_say_newest_first(
    some: Database, filters: Filters, expected: list[int]
) -> None:
    with some.reading() as db:
        assert found(db, filters) == expected


def test_a_summary_counts_rows_and_units(some: Database) -> None:
    with some.reading() as db:
        assert queries.summarize(db, EVERYTHING, Filters()) == Summary(4, 6)
        assert queries.summarize(db, EVERYTHING, Filters(model="Earth")) == Summary(0, 0)


def test_pages_follow_each_other_without_gap_or_repeat(some: Database) -> None:
    with some.reading() as db:
        pages = [[sale.id for sale in queries.list_newest(db, EVERYTHING, 2, offset)] for offset in (0, 2, 4)]

    assert pages == [[4, 3], [2, 1], []]


def test_sales_of_the_same_moment_are_listed_by_id(database: Database) -> None:
    with database.transaction() as db:
        for _ in range(3):
            row(db)

        assert [sale.id for sale in queries.list_newest(db, EVERYTHING, 10, 0)] == [3, 2, 1]


def test_chunks_go_through_everything_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "_CHUNK", 2)
    with database.transaction() as db:
        for sale in range(5):
            row(db, date_added=NOON + timedelta(microseconds=sale % 2))

        seen: list[int] = []
        last = None
        while chunk := queries.chunk_after(db, EVERYTHING, Filters(), last):
            seen += [sale.id for sale in chunk]
            last = chunk[-1]

    assert seen == [4, 2, 5, 3, 1]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("typed", ["yesterday", "", "2026-11-20", "2026-11-20T10:00:00Z", 5, b"x"])
def test_whatever_date_the_shell_wrote_is_listed(database: Database, typed: object) -> None:
    with database.transaction() as db:
        row(db, id=1)
        db.exec_driver_sql("UPDATE sales SET date_added = ?", (typed,))
        row(db, id=2, date_added=NOON + timedelta(days=400))

        assert set(found(db, Filters())) == {1, 2}
        assert queries.get_sale(db, EVERYTHING, 1).date.tzinfo is not None
