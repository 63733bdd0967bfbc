"""Best sellers between two moments, from sums by day and quarter hour, are those of the ledger's rows."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from writer.db import Database
from writer.db.schema.ledger import sales
from writer.lib.store_scope import EVERYTHING
from writer.sales import list_best_sellers
from writer.sales.ledger.best_sellers import BestSeller

pytestmark = pytest.mark.postgres

FIRST = datetime(2026, 3, 20, tzinfo=UTC)
TYPES = [("Fire", "24pin"), ("Fire", "28pin"), ("Ice", "24pin"), ("Mug", "")]


@pytest.fixture
def ledger(database: Database) -> Database:
    """Sales by hand over twenty days, some of them corrections."""
    chance = random.Random(2)
    rows = [
        {
            **dict(zip(("model", "variant"), chance.choice(TYPES), strict=True)),
            "quantity": chance.choice([1, 1, 2, 5, -1]),
            "date_added": FIRST + timedelta(seconds=chance.randrange(20 * 86400)),
            "source": "form",
        }
        for _ in range(300)
    ]
    with database.transaction() as db:
        db.execute(insert(sales), rows)
    return database


def added_up(database: Database, first_at: datetime, until: datetime) -> list[BestSeller]:
    with database.reading() as db:
        rows = db.execute(select(sales)).all()
    units = {
        kind: sum(
            row.quantity
            for row in rows
            if (row.model, row.variant) == kind and first_at <= row.date_added < until
        )
        for kind in TYPES
    }
    found = [BestSeller(*kind, sold) for kind, sold in units.items() if sold > 0]
    return sorted(found, key=lambda best: (-best.units, best.model, best.variant))


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "Asia/Kathmandu", "America/Los_Angeles"])
@pytest.mark.parametrize("days", [1, 2, 15])
def test_days_of_any_time_zone_are_those_of_their_rows(ledger: Database, zone: str, days: int) -> None:
    day = date(2026, 3, 24)
    first_at, until = (
        datetime.combine(on, time(), ZoneInfo(zone)).astimezone(UTC)
        for on in (day, day + timedelta(days=days))
    )

    with ledger.reading() as db:
        found = list_best_sellers(db, EVERYTHING, first_at, until, 10)

    assert found == added_up(ledger, first_at, until)
    assert found != []


def test_only_so_many_are_named_the_best_first(ledger: Database) -> None:
    until = FIRST + timedelta(days=20)

    with ledger.reading() as db:
        found = list_best_sellers(db, EVERYTHING, FIRST, until, 2)

    assert found == added_up(ledger, FIRST, until)[:2]
