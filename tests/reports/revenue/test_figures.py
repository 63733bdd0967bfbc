"""What a range brought, beside the days before; amounts of two currencies are never added."""

from datetime import date

import pytest
from flask import Flask

from tests.delivering import deliver, make_line, make_order_body
from writer.db import Database
from writer.lib.store_scope import EVERYTHING, NOTHING, StoreScope
from writer.orders import Earned
from writer.reports.revenue import Figures, Money, Range, compare

pytestmark = pytest.mark.postgres


def order(
    app: Flask, number: int, made: str = "2026-11-20T09:00:00", units: int = 2, **changes: object
) -> None:
    lines = [make_line(quantity=units)]
    deliver(app.test_client(), make_order_body(id=number, date_created_gmt=made, line_items=lines, **changes))


def figures(database: Database, chosen: Range, scope: StoreScope = EVERYTHING) -> Figures:
    with database.reading() as db:
        return compare(db, scope, chosen)


def test_revenue_is_of_what_is_paid_less_refunds_and_of_one_currency(app: Flask, database: Database) -> None:
    order(app, 1, total="100.00", currency="EUR")
    order(app, 2, total="50.00", currency="USD", refunds=[{"id": 9, "reason": "", "total": "-20.00"}])
    order(app, 3, total="999.00", currency="EUR", status="cancelled")
    order(app, 4, total="10.00", currency="EUR")
    order(app, 5, total="10.00", currency="USD", status="on-hold")

    found = figures(database, Range.of("7"))

    assert found.money == [
        Money("EUR", Earned(2, 4, 11000), Earned()),
        Money("USD", Earned(1, 2, 3000), Earned()),
    ]
    assert (found.orders, found.units) == ((3, 0), (6, 0))
    assert found.main.now.average_minor == 5500


def test_the_main_currency_is_the_one_with_most_orders(app: Flask, database: Database) -> None:
    order(app, 1, total="100.00", currency="EUR")
    order(app, 2, total="5.00", currency="GBP")
    order(app, 3, total="5.00", currency="GBP")

    assert [each.currency for each in figures(database, Range.of("7")).money] == ["GBP", "EUR"]


def test_what_was_before_is_as_long_as_what_is_now(app: Flask, database: Database) -> None:
    order(app, 1, made="2026-11-20T11:00:00", total="40.00")
    order(app, 2, made="2026-11-13T11:59:59", total="20.00")  # a week ago, before noon
    order(app, 3, made="2026-11-13T12:00:00", total="9.00")  # after it
    order(app, 4, made="2026-11-06T23:59:59", total="7.00")  # two weeks ago
    order(app, 5, made="2026-11-07T00:00:00", total="3.00")

    found = figures(database, Range.of("7"))

    assert found.main == Money("GBP", Earned(1, 2, 4000), Earned(2, 4, 2300))
    # The line beside it shows the whole day, nevertheless.
    last = found.parts[-1]
    assert (last.part.first_on, last.now["GBP"].net_minor) == (date(2026, 11, 20), 4000)
    assert last.before["GBP"].net_minor == 2900


def test_today_is_shown_by_hours_beside_yesterday(app: Flask, database: Database) -> None:
    order(app, 1, made="2026-11-20T09:30:00", total="40.00")
    order(app, 2, made="2026-11-19T09:59:00", total="20.00")
    order(app, 3, made="2026-11-19T18:00:00", total="20.00")

    found = figures(database, Range.of("today"))

    shown = {part.part.label: (part.now, part.before) for part in found.parts if part.now or part.before}
    assert {*shown} == {"09:00", "18:00"}
    assert (shown["09:00"][0]["GBP"].net_minor, shown["09:00"][1]["GBP"].net_minor) == (4000, 2000)
    assert found.main.before.net_minor == 2000


def test_nothing_is_nothing(app: Flask, database: Database) -> None:
    order(app, 1)

    for found in (
        figures(database, Range.of("7"), NOTHING),
        figures(database, Range(date(2025, 1, 1), date(2025, 1, 9))),
    ):
        assert (found.money, found.main.now, found.orders) == ([], Earned(), (0, 0))
