"""The public total explained: its steps come to what the public sees, each number to the rows below it."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from tests.page import data_values
from tests.sizes import size
from writer.db import Database
from writer.db.schema.ledger import sales
from writer.lib import clock
from writer.sales.public_page import Dial, explain, queries, set_dial

pytestmark = pytest.mark.postgres
TYPES = (("Fire", "24pin"), ("Fire", "28pin"), ("Blue mug", ""), ("Blue mug", "small"))


def sell_at_random(database: Database, seed: int) -> None:
    """Write sales of a year and a half, some of today, some taken back."""
    chance = random.Random(seed)
    with database.transaction() as db:
        for _ in range(40):
            model, variant = chance.choice(TYPES)
            at = clock.now() - timedelta(
                minutes=chance.choice([chance.randrange(1500), chance.randrange(800_000)])
            )
            units = chance.choice([1, 2, 5, -1])
            values = {"model": model, "variant": variant, "quantity": units, "date_added": at}
            db.execute(insert(sales).values(**values))


@pytest.mark.parametrize(
    "dial",
    [
        Dial(),
        Dial(rounding=10, opening_balance=1234),
        Dial(hidden=frozenset({("Fire", None)})),
        Dial(hidden=frozenset({("Blue mug", ""), (None, "28pin")}), counts_hidden=True),
        Dial(is_delayed=True, hidden=frozenset({(None, "small")}), rounding=10),
    ],
)
@pytest.mark.parametrize("seed", range(size(3, 20)))
def test_the_steps_come_to_the_public_total(database: Database, dial: Dial, seed: int) -> None:
    sell_at_random(database, seed)
    with database.transaction() as db:
        set_dial(db, "ada", dial)

    with database.reading() as db:
        explained = explain(db)
        seen = queries.preview(db).total

    assert explained.total == seen
    assert sum(part.units for part in explained.parts) == explained.ledger


@pytest.mark.parametrize("seed", range(size(2, 10)))
def test_each_number_is_the_sum_of_the_rows_under_it(
    admin: FlaskClient, database: Database, seed: int
) -> None:
    sell_at_random(database, seed)

    page = admin.get("/sales/total").text

    parts = [int(units) for units in data_values(page, "part")]
    assert sum(parts) == int(data_values(page, "total")[0])
    for href, units in zip(links(page, "/sales/total"), parts, strict=True):
        of_type = admin.get(href).text
        months = [int(number) for number in data_values(of_type, "part")]
        assert sum(months) == units
        for month, number in zip(links(of_type, "/sales"), months, strict=True):
            assert data_values(admin.get(month).text, "units") == [str(number)]


def links(page: str, path: str) -> list[str]:
    """Return the addresses that the first cells of the table lead to."""
    found = re.findall(rf'data-at="key"[^>]*><a class="key" href="({path}\?[^"]*)"', page)
    return [href.replace("&amp;", "&") for href in found]


def test_a_sale_at_no_known_time_stands_apart(admin: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        long_ago = datetime(1970, 1, 1, tzinfo=UTC)
        db.execute(insert(sales).values(model="Fire", variant="24pin", quantity=3, date_added=long_ago))

    page = admin.get("/sales/total?model=Fire&variant=24pin").text

    assert data_values(page, "part") == ["3"]
    assert [data_values(admin.get(href).text, "units") for href in links(page, "/sales")] == [["3"]]


def test_a_type_that_was_never_sold_is_not_found(admin: FlaskClient) -> None:
    assert admin.get("/sales/total?model=Fire&variant=99pin").status_code == 404


def test_who_sees_some_stores_is_not_told_of_all(staff: FlaskClient, database: Database) -> None:
    sell_at_random(database, 1)

    page = staff.get("/sales/total").text

    assert data_values(page, "part") == []
