"""A database with rows is brought up from each revision: rows stay, totals, counts and orders are equal."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from tests.conftest import empty_database
from tests.db.migrated import FILLED, differences
from tests.db.rows import Row, contents, fill
from tests.makers import make_config, sign_in_as
from writer.app import create_app
from writer.db.migrate import migrate

# Kept by triggers, and added up anew by migrations.
ADDED_UP = {"order_counts", "order_revenue", "sales_totals", "sales_quarters", "sales_days", "public_state"}


@dataclass
class Upgraded:
    """A database brought up to date: what was in it before and is in it now, and ada's browser on it."""

    before: dict[str, list[Row]]
    after: dict[str, list[Row]]
    engine: Engine
    ada: FlaskClient

    def told(self, path: str) -> Any:
        """Return what the API answers."""
        answer = self.ada.get(path)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return what a query finds, sorted."""
        with self.engine.connect() as db:
            return sorted(tuple(row) for row in db.execute(text(query)))

    def change(self, *statements: str) -> None:
        """Change something as the shell does."""
        with self.engine.begin() as db:
            for statement in statements:
                db.execute(text(statement))


@pytest.fixture(
    scope="module", params=[pytest.param(found, marks=pytest.mark.xdist_group(found)) for found in FILLED]
)
def upgraded(
    request: pytest.FixtureRequest, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgraded]:
    """A database of one revision with rows in it, brought up to date."""
    with empty_database(tmp_path_factory.mktemp("upgraded")) as url:
        migrate(url, request.param)
        fill(url)
        before = contents(url)
        migrate(url)
        after = contents(url)
        app, engine = create_app(make_config(DATABASE_URL=url)), create_engine(url)
        yield Upgraded(before, after, engine, sign_in_as(app, "ada"))
        engine.dispose()
        app.extensions["database"].close()


def test_every_row_is_kept_as_it_was(upgraded: Upgraded) -> None:
    before, after = upgraded.before, upgraded.after

    kept = {table for table in before if table in after} - ADDED_UP - {"alembic_version"}
    assert {"users", "stores", "orders", "order_lines", "order_refunds", "sales", "deliveries"} <= kept
    for table in sorted(kept):
        assert shared(after[table], before[table]) == shared(before[table], after[table]), table


def test_its_schema_is_that_of_a_new_database(upgraded: Upgraded) -> None:
    assert differences(upgraded.engine.url.render_as_string(hide_password=False)) == []


def shared(rows: list[Row], others: list[Row]) -> list[Row]:
    """Return the rows without what the others have no column for, sorted."""
    names = rows[0].keys() & others[0].keys() if rows and others else set()
    return sorted(({name: row[name] for name in sorted(names)} for row in rows), key=str)


def test_counts_and_revenue_are_those_of_all_orders(upgraded: Upgraded) -> None:
    kiln, wheel = upgraded.told("/api/v1/orders/stats")["stores"]

    assert kiln["by_status"] == {"processing": 1, "completed": 2, "cancelled": 1}
    assert kiln["revenue"] == [{"currency": "GBP", "units": 4, "revenue": "39.00"}]
    assert wheel["by_status"] == {"completed": 1, "on-hold": 1, "trash": 1}
    assert wheel["revenue"] == [
        {"currency": "EUR", "units": 0, "revenue": "0.00"},
        {"currency": "JPY", "units": 4, "revenue": "5000"},
    ]


def test_orders_are_listed_newest_first_and_found_by_a_name(upgraded: Upgraded) -> None:
    listed = upgraded.told("/api/v1/orders")
    found = upgraded.told("/api/v1/orders?q=lovelace")

    numbers = [order["number"] for order in listed["orders"] if order["number"] != "1004"]
    assert numbers == ["2003", "2001", "1003", "1002", "1001", "2002"]
    assert listed["total_count"] == len(listed["orders"])
    assert [order["number"] for order in found["orders"]] == ["1001"]


def test_what_is_to_ship_is_counted_of_the_paid_orders_that_are_not_completed(upgraded: Upgraded) -> None:
    assert upgraded.rows("SELECT number, to_ship FROM orders WHERE to_ship > 0") == [("1001", 2)]


def test_the_totals_are_the_sums_of_the_ledger(upgraded: Upgraded) -> None:
    assert upgraded.rows("SELECT model, variant, count FROM public_types WHERE model IS NOT NULL") == [
        ("Fire", "24pin", 6),
        ("Fire", "28pin", 9),
        ("Ice", "24pin", 1),
        ("Ice", "28pin", 1),
    ]
    assert upgraded.rows("SELECT day, sum(count) FROM public_days GROUP BY day") == [
        (20393, 1),
        (20458, 3),
        (20460, 10),
        (20461, -1),
        (20485, 4),
    ]


def test_units_sold_by_day_are_those_of_the_movements_and_follow_them(upgraded: Upgraded) -> None:
    if not upgraded.before.get("movements"):
        pytest.skip("stock came later than this revision")
    # Two on 5 January 2026, four on 1 February; what was received or counted is not sold.
    sold = [(1, 20458, 2), (1, 20485, 4)]
    query = "SELECT stock_product_id, day, units FROM sold_days"
    assert upgraded.rows(query) == sold

    added = "(stock_product_id, version, quantity, on_hand_after, kind, at, recorded_at, actor)"
    moment = "'2026-02-01 23:59:59'"
    upgraded.change(
        f"INSERT INTO movements {added} VALUES (1, 90, -3, 0, 'sale', {moment}, {moment}, 'ada')",
        f"INSERT INTO movements {added} VALUES (1, 91, 1, 0, 'cancellation', {moment}, {moment}, 'ada')",
        f"INSERT INTO movements {added} VALUES (1, 92, 9, 0, 'receipt', {moment}, {moment}, 'ada')",
    )
    assert upgraded.rows(query) == [(1, 20458, 2), (1, 20485, 6)]


def test_what_happens_from_now_on_is_counted_and_what_is_undone_is_not(upgraded: Upgraded) -> None:
    upgraded.change(
        "INSERT INTO sales (model, variant, quantity) VALUES ('Fire', '24pin', 5)",
        "UPDATE orders SET status = 'cancelled', units = 0, net_minor = 0 WHERE number = '1001'",
    )

    kiln = upgraded.told("/api/v1/orders/stats")["stores"][0]
    assert kiln["by_status"] == {"completed": 2, "cancelled": 2}
    assert kiln["revenue"] == [{"currency": "GBP", "units": 2, "revenue": "19.00"}]
    assert upgraded.rows("SELECT sum(count) FROM public_types") == [(22,)]

    upgraded.change(
        "DELETE FROM sales WHERE quantity = 5",
        "UPDATE orders SET status = 'processing', units = 2, net_minor = 2000 WHERE number = '1001'",
    )
    assert upgraded.told("/api/v1/orders/stats")["stores"][0]["revenue"][0]["revenue"] == "39.00"
    assert upgraded.rows("SELECT sum(count) FROM public_types") == [(17,)]
