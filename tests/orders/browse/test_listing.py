"""Lists of orders: whatever is filtered, sorted or skipped, a page holds what sorting them all would give."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from tests.orders.record.many import add_orders, add_stores
from writer.db import Database, insert_row
from writer.db.schema.orders import order_lines, orders
from writer.lib.errors import Invalid
from writer.lib.store_scope import EVERYTHING, NOTHING, StoreScope
from writer.orders.browse import listing
from writer.orders.browse.filters import SORTS, OrderFilters, Sorting, utc_days

pytestmark = pytest.mark.postgres

LIMIT = 25
KEYS: dict[str, Callable[[Row[Any]], Any]] = {
    "date_created": lambda row: (row.created_at, row.id),
    "date_modified": lambda row: (row.modified_at, row.id),
    "total": lambda row: (row.total_minor, row.id),
}


def of_days(first_on: date | None, last_on: date | None = None, status: str = "") -> OrderFilters:
    return OrderFilters(status, None, "", *utc_days(first_on, last_on))


FILTERS = [
    OrderFilters(),
    OrderFilters(status="failed"),
    OrderFilters(store_id=2),
    OrderFilters(status="completed", store_id=3),
    of_days(date(2026, 6, 1), date(2026, 8, 15)),
    of_days(None, date(2026, 5, 2)),
    of_days(date(2026, 12, 31), None, "completed"),
    of_days(date(2027, 12, 31)),
    OrderFilters(status="unheard-of"),
    OrderFilters(text="1"),
]


@pytest.fixture
def database(database: Database) -> Database:
    """Seven hundred orders of three stores."""
    add_orders(database, add_stores(database, "a", "b", "c"), 700)
    return database


def expected(database: Database, store_scope: StoreScope, filters: OrderFilters) -> list[Row[Any]]:
    with database.reading() as db:
        rows = db.execute(select(orders)).all()
    return [
        row for row in rows if row.is_cached and store_scope.sees(row.store_id) and is_wanted(row, filters)
    ]


def is_wanted(row: Row[Any], filters: OrderFilters) -> bool:
    return (
        filters.status in ("", row.status)
        and filters.store_id in (None, row.store_id)
        and row.number.startswith(filters.text)
        and (filters.first_at is None or row.created_at >= filters.first_at)
        and (filters.until is None or row.created_at < filters.until)
    )


def walked(database: Database, store_scope: StoreScope, filters: OrderFilters, sorting: Sorting) -> list[int]:
    """All pages of a list, one after the other, with one that begins in the middle of another."""
    with database.reading() as db:
        total = listing.count(db, store_scope, filters)
        pages = [
            listing.page(db, store_scope, filters, sorting, LIMIT, offset)
            for offset in range(0, total + 1, LIMIT)
        ]
        middle = listing.page(db, store_scope, filters, sorting, 7, total // 2 + 3)
    found = [order_id for page in pages for order_id in page]
    assert len(found) == total
    assert middle == found[total // 2 + 3 : total // 2 + 10]
    return found


@pytest.mark.parametrize("short", [20, 1_000], ids=["long", "short"])
@pytest.mark.parametrize("is_descending", [True, False], ids=["desc", "asc"])
@pytest.mark.parametrize("by", SORTS)
@pytest.mark.parametrize("store_scope", [EVERYTHING, StoreScope(frozenset([1, 3]))], ids=["all", "some"])
def test_every_page_of_every_list_is_right(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    store_scope: StoreScope,
    by: str,
    is_descending: bool,
    short: int,
) -> None:
    monkeypatch.setattr(listing, "SHORT", short)
    for filters in FILTERS:
        rows = expected(database, store_scope, filters)

        found = walked(database, store_scope, filters, Sorting(by, is_descending))

        assert sorted(found) == sorted(row.id for row in rows), filters
        by_id = {row.id: row for row in rows}
        in_order = [by_id[order_id] for order_id in found]
        if by in KEYS:
            assert in_order == sorted(rows, key=KEYS[by], reverse=is_descending), filters
        else:
            newest = sorted(rows, key=KEYS["date_created"], reverse=True)
            assert in_order == sorted(newest, key=lambda row: row.status, reverse=is_descending), filters


@pytest.mark.parametrize("is_descending", [True, False], ids=["desc", "asc"])
@pytest.mark.parametrize("by", ["date_created", "date_modified"])
@pytest.mark.parametrize("day", [datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_orders_recorded_of_the_calendars_ends_are_listed_with_the_others(
    database: Database, monkeypatch: pytest.MonkeyPatch, day: datetime, by: str, is_descending: bool
) -> None:
    monkeypatch.setattr(listing, "SHORT", 20)
    with database.transaction() as db:
        db.execute(update(orders).where(orders.c.id.in_((7, 500))).values(created_at=day, changed_at=day))

    found = walked(database, EVERYTHING, OrderFilters(), Sorting(by, is_descending))

    rows = sorted(expected(database, EVERYTHING, OrderFilters()), key=KEYS[by], reverse=is_descending)
    assert found == [row.id for row in rows]


def test_who_sees_no_store_sees_no_order(database: Database) -> None:
    for by in SORTS:
        assert walked(database, NOTHING, OrderFilters(), Sorting(by)) == []
    assert walked(database, NOTHING, OrderFilters(text="1"), Sorting()) == []


def test_too_wide_a_range_of_dates_is_sorted_by_date_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_SORTED", 100)
    wide, narrow = of_days(date(2026, 1, 1)), of_days(None, date(2026, 3, 20))

    with database.reading() as db:
        with pytest.raises(Invalid, match="sort them by date_created"):
            listing.page(db, EVERYTHING, wide, Sorting("total"), LIMIT, 0)
        assert len(listing.page(db, EVERYTHING, wide, Sorting("status"), LIMIT, 0)) == LIMIT
        assert len(listing.page(db, EVERYTHING, narrow, Sorting("date_modified"), LIMIT, 0)) == LIMIT


@pytest.mark.parametrize(
    "text",
    [
        "A-7",
        "a-7",
        "#A-7",
        "grace",
        "HOPPER",
        "Grace Brewster",
        "hopper g",
        "grace@",
        "GRACE@x",
        "fire24-usb",
    ],
)
def test_an_order_is_found_by_what_people_type(database: Database, text: str) -> None:
    with database.transaction() as db:
        order_id = insert_row(
            db,
            orders,
            store_id=1,
            external_id="7",
            number="A-7",
            status="completed",
            snapshot_hash="",
            created_at=datetime(2026, 11, 20, tzinfo=UTC),
            currency="EUR",
            total_minor=0,
            recorded_at=datetime(2026, 11, 20, tzinfo=UTC),
            customer_email="grace@x.test",
            customer_key="grace brewster hopper",
            customer_turned="hopper grace brewster",
        )
        line = {"product_id": 1, "variation_id": 0, "name": "", "quantity": 1, "total_minor": 0}
        sku = {"sku": "FIRE24-USB", "sku_key": "fire24-usb"}
        insert_row(db, order_lines, order_id=order_id, external_id="1", **line, **sku)

        assert listing.page(db, EVERYTHING, OrderFilters(text=text), Sorting(), LIMIT, 0) == [order_id]
        assert (
            listing.page(db, StoreScope(frozenset([2])), OrderFilters(text=text), Sorting(), LIMIT, 0) == []
        )


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "\U0010ffff", "nobody"])
def test_what_nobody_is_called_finds_nothing(database: Database, text: str) -> None:
    with database.reading() as db:
        assert listing.count(db, EVERYTHING, OrderFilters(text=text)) == 0
