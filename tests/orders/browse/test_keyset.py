"""Pages after and before an order: walked both ways, they hold what sorting them all would give."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, insert, select, update

from tests.orders.record.many import FIRST, add_orders, add_stores
from writer.db import Database
from writer.db.schema.orders import order_lines, orders
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.lib.store_scope import EVERYTHING, NOTHING, StoreScope
from writer.orders.browse import keyset, listing, months, narrow, totals
from writer.orders.browse.filters import SORTS, OrderFilters, Sorting
from writer.orders.browse.keyset import END, START, Place
from writer.orders.browse.views import VIEWS

pytestmark = pytest.mark.postgres

LIMIT = 20
NOW = FIRST + timedelta(days=401)
KEYS: dict[str, Callable[[Row[Any]], Any]] = {
    "date_created": lambda row: (row.created_at, row.id),
    "date_modified": lambda row: (row.modified_at, row.id),
    "total": lambda row: (row.total_minor, row.id),
}
OF_VIEW: dict[str, Callable[[Row[Any]], bool]] = {
    "to-ship": lambda row: row.to_ship > 0,
    "late": lambda row: row.to_ship > 0 and row.created_at < NOW - timedelta(days=3),
    "unpaid": lambda row: row.status in ("pending", "on-hold"),
    "shipped": lambda row: row.status == "completed",
    "refunded": lambda row: row.status == "refunded" or row.refunded_minor > 0,
    "all": lambda row: True,
}
FILTERS = [
    *(OrderFilters(view=view) for view in VIEWS.values()),
    OrderFilters(status="failed"),
    OrderFilters(store_id=2),
    OrderFilters(status="completed", store_id=3, view=VIEWS["shipped"]),
    OrderFilters(status="failed", view=VIEWS["shipped"]),
    OrderFilters(first_at=datetime(2026, 6, 1, tzinfo=UTC), until=datetime(2026, 8, 16, tzinfo=UTC)),
    OrderFilters(sku="Fire24"),
    OrderFilters(sku="nothing", status="completed"),
    OrderFilters(country="IS"),
    OrderFilters(country="GB", store_id=1, view=VIEWS["refunded"]),
    OrderFilters(customer_of=7),
    OrderFilters(text="1", until=datetime(2026, 8, 16, tzinfo=UTC)),
    OrderFilters(ids=(5, 9, 300)),
]


@pytest.fixture
def database(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Three hundred orders of three stores, with countries, refunds and a line each."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    add_orders(database, add_stores(database, "a", "b", "c"), 300)
    each = orders.c.id
    with database.transaction() as db:
        db.execute(update(orders).values(ship_country="GB"))
        db.execute(update(orders).where(each % 50 == 7).values(ship_country="IS"))
        db.execute(update(orders).where(each % 9 == 0).values(refunded_minor=100))
        db.execute(update(orders).where(each % 20 == 3, orders.c.is_cached).values(to_ship=2))
        db.execute(update(orders).where(each % 3 == 1).values(customer_email="ada@example.test"))
        db.execute(insert(order_lines), [_line(order_id) for order_id in range(1, 301)])
    return database


def _line(order_id: int) -> dict[str, Any]:
    sku = "FIRE24" if order_id % 2 else "ICE28"
    numbers = {"product_id": 1, "variation_id": 0, "quantity": 1, "total_minor": 0}
    return {
        "order_id": order_id,
        "external_id": "1",
        "name": sku,
        "sku": sku,
        "sku_key": sku.lower(),
    } | numbers


def expected(database: Database, store_scope: StoreScope, filters: OrderFilters) -> list[Row[Any]]:
    with database.reading() as db:
        rows = db.execute(select(orders)).all()
    seen = [row for row in rows if row.is_cached and store_scope.sees(row.store_id)]
    if filters.customer_of is not None and filters.customer_of not in [row.id for row in seen]:
        return []
    return [row for row in seen if is_wanted(row, filters)]


def is_wanted(row: Row[Any], filters: OrderFilters) -> bool:
    return (
        OF_VIEW[filters.view.key](row)
        and filters.status in ("", row.status)
        and filters.store_id in (None, row.store_id)
        and row.number.startswith(filters.text)
        and (filters.first_at is None or row.created_at >= filters.first_at)
        and (filters.until is None or row.created_at < filters.until)
        and (not filters.sku or filters.sku == ("Fire24" if row.id % 2 else "Ice28"))
        and filters.country in ("", row.ship_country)
        and (filters.customer_of is None or row.customer_email == "ada@example.test")
        and (not filters.ids or row.id in filters.ids)
    )


def in_order(rows: list[Row[Any]], sorting: Sorting) -> list[int]:
    if sorting.by in KEYS:
        return [row.id for row in sorted(rows, key=KEYS[sorting.by], reverse=sorting.is_descending)]
    newest = sorted(rows, key=KEYS["date_created"], reverse=True)
    return [row.id for row in sorted(newest, key=lambda row: row.status, reverse=sorting.is_descending)]


def walked(
    database: Database, store_scope: StoreScope, filters: OrderFilters, sorting: Sorting, place: Place
) -> list[int]:
    """All pages of a list, from one of its ends to the other."""
    found: list[int] = []
    with database.reading() as db:
        while True:
            page = keyset.page(db, store_scope, filters, sorting, place, LIMIT)
            found = page.ids + found if place.is_before else found + page.ids
            assert len(page.ids) <= LIMIT
            if not (page.has_before if place.is_before else page.has_after):
                return found
            edge = page.ids[0 if place.is_before else -1]
            row = db.execute(select(orders).where(orders.c.id == edge)).one()
            place = Place(keyset.key_of(row, sorting), place.is_before)


@pytest.mark.parametrize("few", [0, 5_000], ids=["many", "few"])
@pytest.mark.parametrize("is_descending", [True, False], ids=["desc", "asc"])
@pytest.mark.parametrize("by", SORTS)
@pytest.mark.parametrize("store_scope", [EVERYTHING, StoreScope(frozenset([1, 3]))], ids=["all", "some"])
def test_every_list_is_walked_both_ways(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    store_scope: StoreScope,
    by: str,
    is_descending: bool,
    few: int,
) -> None:
    monkeypatch.setattr(listing, "SHORT", 1_000 if few else 20)
    monkeypatch.setattr(narrow, "FEW", few)
    sorting = Sorting(by, is_descending)
    for filters in FILTERS:
        right = in_order(expected(database, store_scope, filters), sorting)
        if by == "status" and is_refused(database, store_scope, filters):
            with pytest.raises(Invalid, match="by date or total"):
                walked(database, store_scope, filters, sorting, START)
            continue

        assert walked(database, store_scope, filters, sorting, START) == right, filters
        assert walked(database, store_scope, filters, sorting, END) == right, filters


def is_refused(database: Database, store_scope: StoreScope, filters: OrderFilters) -> bool:
    """Tell whether too many orders are left to be sorted by their status."""
    with database.reading() as db:
        parts = narrow.parts(db, store_scope, filters)
        left = months.count(db, store_scope, filters)
    return bool(parts) and not any(part.is_few for part in parts) and left > narrow.FEW


def test_many_stores_and_statuses_are_read_along_one_index(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "_MOST_PAIRS", 1)
    some = StoreScope(frozenset([1, 3]))

    found = walked(database, some, OrderFilters(), Sorting(), START)

    assert found == in_order(expected(database, some, OrderFilters()), Sorting())


@pytest.mark.parametrize("store_scope", [EVERYTHING, StoreScope(frozenset([1, 3])), NOTHING])
def test_a_walk_for_the_export_leaves_none_out(database: Database, store_scope: StoreScope) -> None:
    oldest_first = Sorting(is_descending=False)
    for filters in FILTERS:
        found: list[int] = []
        key = None
        with database.reading() as db:
            while some := keyset.after(db, store_scope, filters, key, LIMIT):
                found += some
                row = db.execute(select(orders).where(orders.c.id == some[-1])).one()
                key = keyset.key_of(row, oldest_first)

        assert found == in_order(expected(database, store_scope, filters), oldest_first), filters


@pytest.mark.parametrize("is_descending", [True, False], ids=["desc", "asc"])
@pytest.mark.parametrize("day", [datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_orders_of_the_calendars_ends_are_walked_with_the_others(
    database: Database, day: datetime, is_descending: bool
) -> None:
    with database.transaction() as db:
        db.execute(update(orders).where(orders.c.id.in_((7, 290))).values(created_at=day, changed_at=day))

    for by in ("date_created", "date_modified"):
        found = walked(database, EVERYTHING, OrderFilters(), Sorting(by, is_descending), START)

        rows = expected(database, EVERYTHING, OrderFilters())
        assert found == in_order(rows, Sorting(by, is_descending))


def test_what_a_list_comes_to_is_what_its_orders_say(database: Database) -> None:
    for filters in FILTERS:
        rows = expected(database, EVERYTHING, filters)

        with database.reading() as db:
            total = totals.total(db, EVERYTHING, filters)

        assert total.orders == len(rows), filters
        money = sum(row.total_minor - row.refunded_minor for row in rows)
        assert total.money == ({"EUR": money} if rows else {}), filters


def test_what_is_too_much_to_count_or_to_add_up_is_said_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrow, "FEW", 5)
    monkeypatch.setattr(totals, "MOST_SUMMED", 5)

    with database.reading() as db:
        everything = totals.total(db, EVERYTHING, OrderFilters())
        of_country = totals.total(db, EVERYTHING, OrderFilters(country="GB"))

    assert (everything.orders, everything.money) == (
        len(expected(database, EVERYTHING, OrderFilters())),
        None,
    )
    assert (of_country.orders, of_country.money) == (None, None)


def test_too_wide_a_range_of_dates_is_sorted_by_date_alone(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_SORTED", 100)
    wide = OrderFilters(first_at=datetime(2026, 1, 1, tzinfo=UTC))

    with database.reading() as db:
        with pytest.raises(Invalid, match="sort them by date"):
            keyset.page(db, EVERYTHING, wide, Sorting("total"), START, LIMIT)
        for by in ("date_created", "status"):
            assert len(keyset.page(db, EVERYTHING, wide, Sorting(by), START, LIMIT).ids) == LIMIT
