"""The dashboard: revenue never summed over currencies, what waits, how stores fare, all of granted stores."""

import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.delivering import deliver, make_order_body
from tests.makers import grant_every_store
from tests.page import cells, data_values, is_empty
from writer.db import Database
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.lib.store_scope import EVERYTHING, NOTHING
from writer.reports.dashboard import queries
from writer.stock import movements
from writer.stores.registry import registry

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 20, 12, 0, tzinfo=UTC))


def order(app: Flask, number: int, **changes: object) -> None:
    deliver(app.test_client(), make_order_body(id=number, **changes))


def change_store(database: Database, **values: object) -> None:
    with database.transaction() as db:
        db.execute(update(stores).values(**values))


def test_an_empty_house_has_a_dashboard(admin: FlaskClient) -> None:
    page = admin.get("/dashboard").text

    assert is_empty(page)
    assert 'href="/stores/connect"' in page


@pytest.mark.wording("/dashboard")
def test_who_is_granted_no_store_is_told_whom_to_ask(staff: FlaskClient) -> None:
    assert "You may see no store yet: ask an admin." in staff.get("/dashboard").text


def test_orders_without_a_currency_are_counted_but_bring_no_money(app: Flask, admin: FlaskClient) -> None:
    order(app, 1, total="100.00", currency="EUR")
    order(app, 2, total="0.00", currency="")

    page = admin.get("/dashboard").text

    assert "2 orders" in page
    assert data_values(page, "revenue") == ["EUR"]
    assert re.findall(r'"card-number">([^<]+)<', page)[0] == "€100.00"


def test_revenue_is_of_what_is_paid_less_refunds_and_of_one_currency(app: Flask, database: Database) -> None:
    order(app, 1, total="100.00", currency="EUR")
    order(app, 2, total="50.00", currency="USD", refunds=[{"id": 9, "reason": "", "total": "-20.00"}])
    order(app, 3, total="999.00", currency="EUR", status="cancelled")

    with database.reading() as db:
        glance, course = queries.look(db, EVERYTHING), queries.course(db, EVERYTHING)

    assert [(found.currency, found.made, found.net_minor) for found in glance.today] == [
        ("EUR", 2, 10000),
        ("USD", 1, 3000),
    ]
    assert course.currencies == ["EUR", "USD"]
    assert (course.days[0][0], course.days[-1][0]) == (date(2026, 10, 22), date(2026, 11, 20))
    assert course.revenue("EUR")[-1].counts == (100,)
    assert course.made()[-1].counts == (2, 1)


def test_orders_of_other_days_are_not_of_today(app: Flask, database: Database) -> None:
    order(app, 1, date_created_gmt="2026-11-19T23:59:59")
    order(app, 2, date_created_gmt="2026-10-01T00:00:00")

    with database.reading() as db:
        glance, course = queries.look(db, EVERYTHING), queries.course(db, EVERYTHING)

    assert glance.today == []
    assert [found.made for found in glance.week] == [1]
    assert course.total("GBP").made == 1


def test_the_page_shows_revenue_and_what_waits(app: Flask, admin: FlaskClient) -> None:
    order(app, 1, total="1234.50")
    order(app, 2, status="on-hold")

    page = admin.get("/dashboard").text

    assert "£1,234.50" in page
    assert (data_values(page, "on-hold"), data_values(page, "revenue")) == (["1"], ["GBP"])


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"is_active": False}, "switched off"),
        ({"push_state": "paused", "pause_reason": "The keys were refused."}, "The keys were refused."),
        ({"last_error": "It does not answer."}, "It does not answer."),
        ({"mass_change": "30 of 40 listings change."}, "30 of 40 listings change."),
        ({"last_contact_at": None, "consumer_key_encrypted": "x"}, "no contact yet"),
        ({"consumer_key_encrypted": "x"}, "not pushed yet"),
        ({"consumer_key_encrypted": "x", "push_state": "on"}, "fine"),
        ({"is_active": True}, "webhooks alone"),
    ],
)
def test_the_page_says_how_a_store_fares(
    app: Flask, admin: FlaskClient, database: Database, values: dict[str, object], word: str
) -> None:
    order(app, 1)
    change_store(database, **values)

    assert word in cells(admin.get("/dashboard").text, "State")[0]


def test_a_store_fares_alike_on_every_page(app: Flask, admin: FlaskClient, database: Database) -> None:
    order(app, 1)
    change_store(database, consumer_key_encrypted="x", last_contact_at=None)

    pages = [admin.get(path).text for path in ("/dashboard", "/stores", "/stores/1")]

    assert [page.count("no contact yet") for page in pages] == [2, 1, 1]  # its card too


def test_low_and_oversold_stock_is_counted(admin: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        movements.add_product(db, "ada", "A", 1, reorder_point=5)
        movements.adjust(db, "ada", movements.add_product(db, "ada", "B", 1), -3, "broken")

    page = admin.get("/dashboard/cards").text

    assert "1 low" in page
    assert "1 oversold" in page


def test_staff_see_the_numbers_of_granted_stores_alone(
    app: Flask, staff: FlaskClient, database: Database
) -> None:
    order(app, 1, total="77.00")

    before = staff.get("/dashboard").text
    grant_every_store(database)
    after = staff.get("/dashboard").text

    assert "£77.00" not in before
    assert "shop.example" not in before
    assert "£77.00" in after
    assert "shop.example" in after


def test_who_sees_nothing_is_counted_nothing(app: Flask, database: Database) -> None:
    order(app, 1)
    with database.transaction() as db:
        registry.register(db, "second.example", "test")

    with database.reading() as db:
        glance = queries.look(db, NOTHING)

    assert (glance.week, glance.to_ship, glance.on_hold, glance.health) == ([], 0, 0, [])


def test_the_front_page_has_the_cards_and_the_parts_refresh(app: Flask, admin: FlaskClient) -> None:
    order(app, 1)

    front = admin.get("/sales").text

    assert 'data-refresh="/dashboard/cards"' in front
    assert data_values(front, "to-ship") == ["1"]
    assert "<html" not in admin.get("/dashboard/state").text
