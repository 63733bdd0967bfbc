"""Scenario D04 and what else a poll asks and remembers, over real HTTP to fake stores in other time zones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.hub import Hub, running_hub
from tests.reader.conftest import make_reader
from tests.sync.order_import.test_runs import read
from writer.db.schema.orders import orders
from writer.db.schema.stores import stores
from writer.lib.store_scope import EVERYTHING
from writer.orders import browse

__all__ = ["make_reader"]

NIGHT = datetime(2026, 7, 1, 3, 30, tzinfo=UTC)


def begin(hub: Hub, now: datetime) -> None:
    """Let the hub's time be this one, and let its stores have been read up to half an hour before."""
    hub.time = now
    with hub.database.transaction() as db:
        db.execute(update(stores).values(order_cursor=now - timedelta(minutes=30)))


def test_d04_an_order_at_night_in_los_angeles_is_of_the_day_it_is_there_and_here(
    app: Flask, monkeypatch: pytest.MonkeyPatch, make_reader: Callable[..., FlaskClient]
) -> None:
    with running_hub(app, monkeypatch, how_many=1, tz="America/Los_Angeles") as hub:
        hub.add_item("FIRE24")
        begin(hub, NIGHT)
        order = hub.fakes[0].place_order([("FIRE24", 2)])
        sent = hub.fakes[0].payload(order)
        assert (sent["date_created"], sent["date_created_gmt"]) == (
            "2026-06-30T20:30:00",
            "2026-07-01T03:30:00",
        )

        read(hub)

        query = hub.fakes[0].calls[0].query
        assert (query["modified_after"], query["dates_are_gmt"]) == ("2026-07-01T02:55:00", "true")
        with hub.database.reading() as db:
            assert db.execute(select(orders.c.created_at)).scalar_one() == NIGHT
            days = [datetime(2026, 6, 30, tzinfo=UTC) + timedelta(days=number) for number in range(4)]
            found = browse.list_earned(db, EVERYTHING, days)
        assert [[(each.orders, each.units) for each in day.values()] for day in found] == [[], [(1, 2)], []]
        reader = make_reader()
        assert sold_on(reader, "UTC") == {"2026-06-30": 0, "2026-07-01": 2}
        assert sold_on(reader, "America/Los_Angeles") == {"2026-06-30": 2, "2026-07-01": 0}


def sold_on(reader: FlaskClient, tz: str) -> dict[str, int]:
    """Return what the public history says of two days."""
    asked: dict[str, Any] = {"tz": tz, "from": "2026-06-30", "to": "2026-07-01"}
    periods = reader.get("/api/sales/history", query_string=asked).get_json()["periods"]
    return {period["start"][:10]: period["count"] for period in periods}


@pytest.mark.parametrize("tz", ["UTC", "America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland"])
def test_every_order_of_the_last_minutes_is_found_whatever_the_stores_zone(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tz: str
) -> None:
    with running_hub(app, monkeypatch, how_many=1, tz=tz) as hub:
        hub.add_item("FIRE24", 1000)
        begin(hub, NIGHT)
        for _ in range(12):
            hub.fakes[0].place_order([("FIRE24", 1)])
            read(hub)
            hub.tick(299)

        assert hub.sold() == 12
        assert hub.store(1).order_cursor == NIGHT + timedelta(seconds=11 * 299)


def test_the_cursor_is_the_stores_clock_and_never_ours(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_hub(app, monkeypatch, how_many=1) as hub:
        hub.add_item("FIRE24")
        begin(hub, NIGHT)
        hub.fakes[0].shift_clock(-7200)
        with hub.database.transaction() as db:
            db.execute(update(stores).values(order_cursor=NIGHT - timedelta(hours=3)))
        hub.fakes[0].place_order([("FIRE24", 1)])

        read(hub)
        hub.tick(600)
        hub.fakes[0].place_order([("FIRE24", 1)])
        read(hub)

        assert hub.sold() == 2
        assert hub.store(1).order_cursor == NIGHT - timedelta(seconds=7200 - 600)


def test_a_first_reading_looks_thirty_days_back_and_asks_for_every_status(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_hub(app, monkeypatch, how_many=1) as hub:
        with hub.database.transaction() as db:
            db.execute(update(stores).values(order_cursor=None))

        read(hub)

        query = hub.fakes[0].calls[0].query
        assert {name: value for name, value in query.items() if name != "_"} == {
            "status": "any",
            "orderby": "modified",
            "order": "asc",
            "modified_after": (hub.now() - timedelta(days=30)).replace(tzinfo=None).isoformat(),
            "dates_are_gmt": "true",
            "per_page": "100",
            "page": "1",
        }
        assert hub.store(1).order_cursor is None
