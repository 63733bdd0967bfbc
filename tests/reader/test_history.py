"""Units over time: every period is there, in any time zone, and equal to a count by hand."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.sales.public_page.makers import sell
from tests.sizes import examples
from writer.db import Database

pytestmark = pytest.mark.postgres

ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"]
ZONES += ["Africa/Cairo", "America/Havana", "Pacific/Chatham"]  # two whose clocks change at midnight
KINDS = st.sampled_from([("Fire", "24pin"), ("Fire", "28pin"), ("Ice", "24pin")])
# Over the end of summer time in Berlin and its begin on Lord Howe, with its half hour.
MOMENTS = st.datetimes(datetime(2026, 9, 20), datetime(2026, 11, 10)).map(
    lambda at: at.replace(microsecond=0)
)


def history(reader: FlaskClient, **asked: str) -> Any:
    answer = reader.get("/api/sales/history", query_string=asked)
    assert answer.status_code == 200, answer.text
    return answer.json


def counts(told: Any) -> dict[str, int]:
    return {row["start"]: row["count"] for row in told["periods"]}


def test_t03_a_day_of_25_hours_holds_its_own_sales(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        for moment in ["24 22:30", "25 00:30", "25 01:30", "25 22:59", "25 23:00"]:
            sell(db, 1, date=datetime.fromisoformat(f"2026-10-{moment}:00"))

    told = history(reader, tz="Europe/Berlin", **{"from": "2026-10-24", "to": "2026-10-26"})

    assert counts(told) == {"2026-10-24": 0, "2026-10-25": 4, "2026-10-26": 1}
    assert told["total"] == 5


def test_a_week_begins_on_monday_and_the_whole_week_counts(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        sell(db, 1, date="2026-11-15 23:59:59")
        sell(db, 2, date="2026-11-16 00:00:00")
        sell(db, 4, date="2026-11-22 23:59:59")
        sell(db, 8, date="2026-11-23 00:00:00")

    told = history(reader, by="week", **{"from": "2026-11-18", "to": "2026-11-18"})

    assert (told["from"], told["to"]) == ("2026-11-16", "2026-11-22")
    assert counts(told) == {"2026-11-16": 6}


def test_months_are_as_long_as_they_are(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        for day in ["2027-12-31", "2028-01-01", "2028-01-31", "2028-02-29", "2028-03-01"]:
            sell(db, 1, date=f"{day} 12:00:00")

    told = history(reader, by="month", **{"from": "2027-12-05", "to": "2028-03-01"})

    assert counts(told) == {"2027-12-01": 1, "2028-01-01": 2, "2028-02-01": 1, "2028-03-01": 1}
    assert (told["from"], told["to"]) == ("2027-12-01", "2028-03-31")


def test_refunds_are_taken_off_where_they_are_dated(reader: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        sell(db, 5, date="2026-11-01 10:00:00")
        sell(db, -7, date="2026-11-02 10:00:00")

    told = history(reader, **{"from": "2026-11-01", "to": "2026-11-03"})

    assert counts(told) == {"2026-11-01": 5, "2026-11-02": -7, "2026-11-03": 0}


@pytest.mark.parametrize(("by", "periods"), [("day", 30), ("week", 26), ("month", 12)])
def test_without_dates_the_last_periods_up_to_today_are_told(
    reader: FlaskClient, by: str, periods: int
) -> None:
    told = history(reader, by=by)

    assert len(told["periods"]) == periods
    today = datetime.now(UTC).date()
    assert told["from"] <= today.isoformat() <= told["to"]
    assert all(row["count"] == 0 for row in told["periods"])


def test_empty_parameters_are_as_not_given_and_unknown_ones_are_ignored(reader: FlaskClient) -> None:
    plain = reader.get("/api/sales/history").data

    assert reader.get("/api/sales/history?by=&from=&to=&model=&variant=&tz=").data == plain
    assert reader.get("/api/sales/history?_=1732100000&by=day&by=nonsense").data == plain


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("by=year", "by"),
        ("from=yesterday", "from"),
        ("from=2026-02-30", "from"),
        ("to=2026-1-1", "to"),
        ("to=2900-01-01", "to"),
        ("to=9999-12-31", "to"),
        ("from=2026-11-02&to=2026-11-01", "from"),
        ("from=1970-01-01", "from"),
        ("from=٢٠٢٦-11-01", "from"),
        ("tz=Mars/Olympus", "tz"),
        ("tz=../../etc/passwd", "tz"),
        ("tz=europe/berlin", "tz"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(reader: FlaskClient, query: str, name: str) -> None:
    for path in ("/api/sales/history", "/api/sales/chart.svg", "/"):
        answer = reader.get(f"{path}?{query}")

        assert answer.status_code == 400
        assert answer.content_type == "application/problem+json"
        assert list(answer.get_json(force=True)["errors"]) == [name]


def test_a_model_is_told_alone_and_an_unknown_one_has_no_sales(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        sell(db, 1, "Fire", "24pin", date="2026-11-01 10:00:00")
        sell(db, 2, "Fire", "28pin", date="2026-11-01 10:00:00")
        sell(db, 4, "Ice", "28pin", date="2026-11-01 10:00:00")
    span = {"from": "2026-11-01", "to": "2026-11-01", "tz": "Asia/Tokyo"}

    assert history(reader, model="Fire", **span)["total"] == 3
    assert history(reader, variant="28pin", **span)["total"] == 6
    assert history(reader, model="Fire", variant="28pin", **span)["total"] == 2
    assert history(reader, model="Sea\x00", **span)["total"] == 0


@examples(25, 500)
@given(
    st.lists(st.tuples(MOMENTS, st.integers(-3, 9), KINDS), max_size=12),
    st.sampled_from(ZONES),
    st.sampled_from(["day", "week", "month"]),
    st.sampled_from([{}, {"model": "Fire"}, {"variant": "24pin"}, {"model": "Ice", "variant": "24pin"}]),
)
def test_history_equals_a_count_by_hand(
    reader: FlaskClient, database: Database, sold: list[Any], zone: str, by: str, kind: dict[str, str]
) -> None:
    with database.transaction() as db:
        db.execute(text("DELETE FROM sales"))
        for moment, quantity, (model, variant) in sold:
            sell(db, quantity, model, variant, moment)

    told = history(reader, by=by, tz=zone, **{"from": "2026-09-19", "to": "2026-11-11"}, **kind)

    expected: Counter[str] = Counter()
    for moment, quantity, (model, variant) in sold:
        if kind.get("model") in (None, model) and kind.get("variant") in (None, variant):
            local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
            expected[first_day(local, by).isoformat()] += quantity
    assert {start: count for start, count in counts(told).items() if count} == {
        start: count for start, count in expected.items() if count
    }


def first_day(day: date, by: str) -> date:
    return {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
    }[by]


def test_a_range_ends_today_and_all_of_it_begins_with_the_first_sale(
    reader: FlaskClient, database: Database
) -> None:
    today = datetime.now(UTC).date()
    with database.transaction() as db:
        sell(db, 2, date="2024-02-10 12:00:00")

    begins = {span: history(reader, range=span) for span in ("30d", "90d", "12m", "all")}

    assert begins["30d"]["from"] == (today - timedelta(days=29)).isoformat()
    assert [begins[span]["by"] for span in begins] == ["day", "week", "month", "month"]
    assert len(begins["12m"]["periods"]) == 12
    assert (begins["all"]["from"], begins["all"]["total"]) == ("2024-02-01", 2)


def test_days_overrule_a_range(reader: FlaskClient) -> None:
    told = history(reader, range="all", **{"from": "2026-11-01", "to": "2026-11-02"})

    assert (told["from"], told["to"]) == ("2026-11-01", "2026-11-02")


@pytest.mark.parametrize(
    ("by", "first", "last", "earlier"),
    [
        ("day", "2026-03-01", "2026-03-03", ("2026-02-26", "2026-02-28")),
        ("week", "2026-11-16", "2026-11-29", ("2026-11-02", "2026-11-15")),
        ("month", "2026-02-01", "2026-03-31", ("2025-12-01", "2026-01-31")),
    ],
)
def test_as_many_periods_just_before_are_compared(
    reader: FlaskClient, database: Database, by: str, first: str, last: str, earlier: tuple[str, str]
) -> None:
    with database.transaction() as db:
        for day, units in [(earlier[0], 1), (earlier[1], 2), (first, 4), (last, 8)]:
            sell(db, units, date=f"{day} 12:00:00")

    told = history(reader, by=by, compare="before", **{"from": first, "to": last})

    before = told["before"]
    assert (before["from"], before["to"], before["total"], told["total"]) == (*earlier, 3, 12)
    assert len(before["periods"]) == len(told["periods"])


def test_all_of_an_empty_ledger_is_this_month(reader: FlaskClient) -> None:
    assert [row["count"] for row in history(reader, range="all")["periods"]] == [0]
