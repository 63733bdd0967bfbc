"""The privacy dial holds in every public answer."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.sales.public_page.makers import sell
from tests.sizes import examples
from writer.db import Database
from writer.sales import public_page
from writer.sales.public_page import Dial

pytestmark = pytest.mark.postgres

EVERYWHERE = [
    "/",
    "/api/sales/total",
    "/api/sales/by-type",
    "/api/sales/history?by=month",
    "/api/sales/badge.json?style=exact",
    "/api/sales/badge.svg?style=exact",
    "/api/sales/chart.svg",
    "/feed.xml",
    "/health",
]
HIDE_SEA = frozenset({("Sea", None)})


def dial(database: Database, **settings: Any) -> None:
    with database.transaction() as db:
        public_page.set_dial(db, "ada", Dial(**settings))


def sell_today(database: Database, quantity: int, model: str = "Fire", variant: str = "24pin") -> None:
    with database.transaction() as db:
        sell(db, quantity, model, variant, datetime.now(UTC).replace(tzinfo=None, microsecond=0))


def total(reader: FlaskClient) -> int:
    told: dict[str, int] = reader.get("/api/sales/total").get_json()
    return told["total"]


def history(reader: FlaskClient, **asked: str) -> int:
    told: dict[str, int] = reader.get("/api/sales/history", query_string=asked).get_json()
    return told["total"]


@pytest.mark.parametrize(
    "hidden", [("Sea", None), (None, "36pin"), ("Sea", "36pin")], ids=["model", "variant", "pair"]
)
def test_t05_what_is_hidden_is_in_no_public_answer(
    reader: FlaskClient, database: Database, hidden: tuple[str | None, str | None]
) -> None:
    sell_today(database, 300)
    sell_today(database, 7000, "Sea", "36pin")
    assert total(reader) == 7300

    dial(database, hidden=frozenset({hidden}))

    assert total(reader) == 300
    assert history(reader) == 300
    for path in EVERYWHERE:
        told = reader.get(path).text
        assert "Sea" not in told
        assert "36pin" not in told
        assert "7,000" not in told
        assert "7000" not in told


def test_t05_what_is_hidden_is_asked_for_like_what_never_was(reader: FlaskClient, database: Database) -> None:
    sell_today(database, 300)
    sell_today(database, 7000, "Sea", "36pin")
    for counts_hidden in (False, True):
        dial(database, hidden=HIDE_SEA, counts_hidden=counts_hidden)

        for path in ["badge.json?label=x", "badge.svg?label=x", "history?by=week", "chart.svg?by=week"]:
            hidden = reader.get(f"/api/sales/{path}&model=Sea").text
            unknown = reader.get(f"/api/sales/{path}&model=Air").text
            assert hidden.replace("Sea", "Air") == unknown


def test_t05_what_is_hidden_is_in_the_total_if_the_owner_says_so(
    reader: FlaskClient, database: Database
) -> None:
    sell_today(database, 300)
    sell_today(database, 7000, "Sea", "36pin")

    dial(database, hidden=HIDE_SEA, counts_hidden=True)

    assert total(reader) == 7300
    assert history(reader) == 7300
    assert reader.get("/api/sales/by-type").get_json() == {
        "breakdown": [{"model": "Fire", "variant": "24pin", "count": 300}]
    }


def test_rounding_rounds_every_number_down(reader: FlaskClient, database: Database) -> None:
    sell_today(database, 1234)
    sell_today(database, 99, "Ice", "24pin")

    dial(database, rounding=100)

    assert total(reader) == 1300
    assert reader.get("/api/sales/by-type").get_json() == {
        "breakdown": [{"model": "Fire", "variant": "24pin", "count": 1200}]
    }
    assert history(reader) == 1300
    assert history(reader, model="Ice") == 0
    assert reader.get("/api/sales/badge.json?style=exact").get_json()["message"] == "1,300"
    for path in EVERYWHERE:
        told = reader.get(path).text
        assert not any(exact in told for exact in ("1234", "1,234", "1333", "1,333", ">99<", ": 99"))
    assert "<time>" not in reader.get("/").text


NARROWED = [
    *EVERYWHERE,
    "/?by=week&model=Fire",
    "/api/sales/history?by=day",
    "/api/sales/history?by=week&variant=24pin&tz=Asia/Kathmandu",
    "/api/sales/badge.json?model=Sea&variant=36pin&style=exact",
    "/api/sales/badge.svg?variant=24pin",
    "/api/sales/chart.svg?by=month&model=Fire",
]


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"rounding": 100}, ("Fire", "24pin")),  # 1234 become 1241, and 1333 in all 1340
        ({"rounding": 1000, "opening_balance": 700}, ("Ice", "24pin")),  # 2033 in all
        ({"hidden": HIDE_SEA}, ("Sea", "36pin")),
        ({"is_delayed": True}, ("Fire", "24pin")),
        ({"is_delayed": True, "counts_hidden": True, "hidden": HIDE_SEA}, ("Sea", "36pin")),
    ],
)
def test_a_sale_that_is_not_shown_changes_no_byte_of_any_answer(
    reader: FlaskClient, database: Database, settings: dict[str, Any], kind: tuple[str, str]
) -> None:
    with database.transaction() as db:
        sell(db, 1234, date="2026-01-01 10:00:00")
        sell(db, 99, "Ice", "24pin", "2026-01-02 10:00:00")
    dial(database, **settings)
    if -time.time() % 900 < 5:
        time.sleep(5)  # a quarter hour that ends meanwhile would be told
    before = {path: everything(reader, path) for path in NARROWED}

    sell_today(database, 7, *kind)

    assert {path: everything(reader, path) for path in NARROWED} == before


def everything(reader: FlaskClient, path: str) -> tuple[bytes, dict[str, str]]:
    answer = reader.get(path)
    return answer.data, dict(answer.headers)


def test_rounded_history_shows_the_steps_of_the_rounded_total(
    reader: FlaskClient, database: Database
) -> None:
    with database.transaction() as db:
        for day, units in [(1, 60), (2, 30), (3, 20), (4, 95)]:
            sell(db, units, date=f"2026-11-0{day} 10:00:00")
    dial(database, rounding=100)

    told = reader.get("/api/sales/history?from=2026-11-01&to=2026-11-04").get_json()

    assert [row["count"] for row in told["periods"]] == [0, 0, 100, 100]


def test_a_delay_shows_a_sale_when_it_is_a_day_old(reader: FlaskClient, database: Database) -> None:
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    with database.transaction() as db:
        sell(db, 1, date=now - timedelta(hours=24, minutes=16))
        sell(db, 20, date=now - timedelta(hours=23, minutes=59))
        sell(db, 300, "Ice", "24pin", now - timedelta(minutes=1))
        sell(db, 4000, date=now + timedelta(days=2))

    dial(database, is_delayed=True)

    assert total(reader) == 1
    assert reader.get("/api/sales/by-type").get_json() == {
        "breakdown": [{"model": "Fire", "variant": "24pin", "count": 1}]
    }
    ahead = (now + timedelta(days=5)).date().isoformat()
    for zone in ("UTC", "Asia/Kathmandu", "America/Los_Angeles"):
        assert history(reader, tz=zone, to=ahead) == 1
        assert history(reader, by="month", tz=zone, to=ahead) == 1
    assert "<entry>" not in reader.get("/feed.xml").text


def test_an_opening_balance_is_in_the_total_and_in_no_type_and_no_day(
    reader: FlaskClient, database: Database
) -> None:
    sell_today(database, 30)

    dial(database, opening_balance=480)

    assert total(reader) == 510
    assert history(reader) == 30
    assert reader.get("/api/sales/by-type").get_json() == {
        "breakdown": [{"model": "Fire", "variant": "24pin", "count": 30}]
    }
    # 100 was passed before the ledger began, nobody knows when.
    feed = reader.get("/feed.xml").text
    assert "500 sold" in feed
    assert "100 sold" not in feed


@examples(25, 500)
@given(
    st.lists(
        st.tuples(st.integers(-40, 400), st.sampled_from(["Fire", "Ice", "Sea"]), st.integers(-1, 70)),
        max_size=10,
    ),
    st.sampled_from([1, 10, 100, 1000]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 700),
    st.sampled_from(["UTC", "America/St_Johns"]),
)
def test_history_adds_up_to_the_total_whatever_the_dial(
    reader: FlaskClient,
    database: Database,
    sold: list[Any],
    rounding: int,
    is_delayed: bool,
    counts_hidden: bool,
    opening: int,
    zone: str,
) -> None:
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    with database.transaction() as db:
        db.execute(text("DELETE FROM sales"))
        for quantity, model, hours in sold:
            sell(db, quantity, model, date=now - timedelta(hours=hours))
        public_page.set_dial(db, "ada", Dial(rounding, is_delayed, counts_hidden, opening, HIDE_SEA))
    shown = [q for q, m, hours in sold if (m != "Sea" or counts_hidden) and (hours > 24 or not is_delayed)]
    units = opening + sum(shown)

    ahead = (now + timedelta(days=2)).date().isoformat()

    assert total(reader) == units // rounding * rounding
    assert history(reader, tz=zone, to=ahead) == units // rounding * rounding - opening // rounding * rounding
