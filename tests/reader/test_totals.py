"""Total and breakdown: what they say, and that the next request after a commit says the new."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.sales.public_page.makers import sell
from writer.db import Database

pytestmark = pytest.mark.postgres


def test_no_sales_are_a_total_of_0_and_no_types(reader: FlaskClient) -> None:
    assert reader.get("/api/sales/total").json == {"total": 0}
    assert reader.get("/api/sales/by-type").json == {"breakdown": []}


@pytest.mark.sqlite_only
def test_a_database_that_does_not_exist_yet_is_no_sales(make_reader: Callable[..., FlaskClient]) -> None:
    reader = make_reader(DATABASE_URL="sqlite:////nowhere/sales.db")

    assert reader.get("/api/sales/total").json == {"total": 0}
    assert reader.get("/api/sales/by-type").json == {"breakdown": []}
    assert reader.get("/health").json == {"status": "ok", "detail": "There is no database yet."}


def test_the_breakdown_is_sorted_and_leaves_out_types_without_units(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        for model, variant, quantity in [("Ice", "28pin", 3), ("Fire", "28pin", 2), ("Fire", "24pin", 4)]:
            sell(db, quantity, model, variant)
        sell(db, 7, "Earth", "24pin")
        sell(db, -7, "Earth", "24pin")

    assert reader.get("/api/sales/by-type").json == {
        "breakdown": [
            {"model": "Fire", "variant": "24pin", "count": 4},
            {"model": "Fire", "variant": "28pin", "count": 2},
            {"model": "Ice", "variant": "28pin", "count": 3},
        ]
    }


def test_t01_the_total_is_net_of_refunds(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        sell(db, 5)
        sell(db, -2)

    assert reader.get("/api/sales/total").json == {"total": 3}


def test_each_commit_is_seen_by_the_next_request(reader: FlaskClient, database: Database) -> None:
    for total in range(1, 21):
        with database.transaction() as db:
            sell(db, 1)
        assert reader.get("/api/sales/total").json == {"total": total}

    with database.transaction() as db:
        db.execute(text("UPDATE sales SET quantity = 100 WHERE id = (SELECT min(id) FROM sales)"))
    assert reader.get("/api/sales/total").json == {"total": 119}
