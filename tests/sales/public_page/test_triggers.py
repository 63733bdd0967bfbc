"""The totals that triggers keep equal what a sum over the ledger gives, whoever wrote there."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from tests.sales.public_page.makers import sell
from tests.sizes import examples
from writer.db import Database

pytestmark = pytest.mark.postgres

EPOCH = datetime(1970, 1, 1)
KINDS = st.sampled_from([("Fire", "24pin"), ("Fire", "28pin"), ("Ice", "24pin"), ("Été", "")])
DATES = st.datetimes(datetime(2026, 3, 28), datetime(2026, 3, 31)).map(lambda at: at.replace(microsecond=0))
QUANTITIES = st.integers(-50, 1000)
STEPS = st.lists(
    st.tuples(st.sampled_from(["insert", "update", "delete"]), st.integers(0, 9), KINDS, QUANTITIES, DATES),
    max_size=25,
)


def kept(db: Connection, table: str, period: str | None = None) -> dict[tuple[Any, ...], int]:
    columns = f"{period}, model, variant" if period else "model, variant"
    rows = db.execute(text(f"SELECT {columns}, count FROM {table} WHERE count <> 0")).all()
    return {tuple(row[:-1]): int(row[-1]) for row in rows}


def summed(db: Connection, seconds: int | None) -> dict[tuple[Any, ...], int]:
    """The same from the ledger, row by row; periods of `seconds` each."""
    found: Counter[tuple[Any, ...]] = Counter()
    for model, variant, quantity, date in db.execute(
        text("SELECT model, variant, quantity, date_added FROM sales")
    ):
        moment = datetime.fromisoformat(str(date)).replace(tzinfo=None)
        period = () if seconds is None else ((moment - EPOCH) // timedelta(seconds=seconds),)
        found[(*period, model, variant)] += quantity
    return {key: count for key, count in found.items() if count}


def settle(db: Connection) -> None:
    """Have the totals kept now that PostgreSQL keeps when the transaction commits."""
    if db.dialect.name == "postgresql":
        db.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        db.execute(text("SET CONSTRAINTS ALL DEFERRED"))


def assert_kept(db: Connection) -> None:
    settle(db)
    assert kept(db, "sales_totals") == summed(db, None)
    assert kept(db, "sales_quarters", "quarter") == summed(db, 900)
    assert kept(db, "sales_days", "day") == summed(db, 86_400)


@examples(40, 1000)
@given(STEPS)
def test_kept_totals_equal_the_sum_after_any_inserts_updates_and_deletes(
    database: Database, steps: list[Any]
) -> None:
    with database.reading() as db:
        for verb, row, (model, variant), quantity, date in steps:
            values = {"row": row, "m": model, "v": variant, "q": quantity, "d": date}
            if verb == "insert":
                sell(db, quantity, model, variant, date)
            elif verb == "update":
                statement = "UPDATE sales SET model = :m, variant = :v, quantity = :q, date_added = :d"
                db.execute(text(f"{statement} WHERE id % 10 = :row"), values)
            else:
                db.execute(text("DELETE FROM sales WHERE id % 10 = :row"), values)

        assert_kept(db)
        db.rollback()


def test_a_change_of_notes_leaves_the_version_alone(database: Database) -> None:
    with database.transaction() as db:
        sell(db, 1)
        settle(db)
        before = db.execute(text("SELECT version FROM public_state")).scalar_one()

        db.execute(text("UPDATE sales SET notes = 'a gift'"))

        settle(db)
        assert db.execute(text("SELECT version FROM public_state")).scalar_one() == before


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-20",
        "2026-11-20T10:14:59",
        "2026-11-20 10:14:59.999",
        "2026-11-20 10:14",
        "2026-11-20 10:14:59Z",
        "2026-11-20T23:30:00+02:00",
    ],
)
def test_a_date_typed_in_another_form_is_counted_in_its_quarter_hour(database: Database, typed: str) -> None:
    moment = datetime.fromisoformat(typed)
    utc = moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())
    with database.transaction() as db:
        sell(db, 3, date=typed)

        assert kept(db, "sales_quarters", "quarter") == {
            ((utc - EPOCH) // timedelta(minutes=15), "Fire", "24pin"): 3
        }
        assert kept(db, "sales_days", "day") == {((utc - EPOCH).days, "Fire", "24pin"): 3}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("typed", ["yesterday", "now", "", "20.11.2026", "1969-01-01", 1732100000, "12:00"])
def test_what_is_no_date_counts_as_undated_and_can_be_taken_back(
    database: Database, typed: str | int
) -> None:
    with database.transaction() as db:
        sell(db, 3, date=typed)
        assert kept(db, "sales_quarters", "quarter") == {(0, "Fire", "24pin"): 3}
        assert kept(db, "sales_totals") == {("Fire", "24pin"): 3}

        db.execute(text("DELETE FROM sales"))

        assert kept(db, "sales_quarters", "quarter") == {}
        assert kept(db, "sales_totals") == {}


@pytest.mark.sqlite_only
@pytest.mark.parametrize("recursive", ["OFF", "ON"])
def test_a_row_replaced_in_the_shell_is_counted_once(database: Database, recursive: str) -> None:
    into = (
        "INTO sales (id, model, variant, quantity, date_added) VALUES (7, 'Ice', '28pin', :q, '2026-11-20')"
    )
    with database.reading() as db:
        db.exec_driver_sql(f"PRAGMA recursive_triggers = {recursive}")
        db.execute(text(f"INSERT {into}"), {"q": 1})

        db.execute(text(f"INSERT OR REPLACE {into}"), {"q": 20})
        db.execute(text(f"INSERT OR IGNORE {into}"), {"q": 300})
        db.execute(text(f"INSERT {into} ON CONFLICT (id) DO UPDATE SET quantity = 25"), {"q": 1})
        assert kept(db, "sales_totals") == {("Ice", "28pin"): 25}

        db.execute(text("DELETE FROM sales"))
        db.execute(text(f"INSERT OR REPLACE {into}"), {"q": 4})
        assert kept(db, "sales_totals") == {("Ice", "28pin"): 4}
        db.exec_driver_sql("PRAGMA recursive_triggers = OFF")


def test_emptying_the_ledger_empties_the_totals(database: Database) -> None:
    verb = "DELETE FROM" if database.is_sqlite else "TRUNCATE"
    with database.transaction() as db:
        sell(db, 5)
        settle(db)

        db.execute(text(f"{verb} sales"))

        assert kept(db, "sales_totals") == kept(db, "sales_quarters", "quarter") == {}
