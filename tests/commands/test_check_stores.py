"""The hourly round: each store is looked at, drift nobody hinted at is found, old failures are forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from tests.hub import Hub
from tests.makers import make_config
from writer import config as configuration
from writer.commands import check_stores
from writer.db.schema.differences import stock_differences
from writer.db.schema.listings import listings
from writer.db.schema.stores import failures, stores
from writer.lib import clock


@pytest.fixture
def hub(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Hub:
    config = make_config(DATABASE_URL=database_url)
    monkeypatch.setattr(configuration, "load", lambda: config)
    return hub


def test_a_change_nobody_hinted_at_is_found_and_written_over(hub: Hub) -> None:
    hub.fakes[1].set_stock("X", 20)
    hub.push()
    assert hub.shown() == [10, 20, 10]

    assert check_stores.main() == 0
    hub.push()
    hub.tick(61)
    hub.push()

    assert hub.shown() == [10, 10, 10]
    with hub.database.reading() as db:
        assert [
            (row.expected_quantity, row.shown_quantity) for row in db.execute(select(stock_differences))
        ] == [(10, 20)]


def test_a_round_writes_nothing_where_all_is_right(hub: Hub) -> None:
    check_stores.main()
    hub.push()

    assert [fake.calls.writes() for fake in hub.fakes] == [[], [], []]
    assert [bool(hub.listing(store).needs_check) for store in (1, 2, 3)] == [False, False, False]


def test_a_store_that_is_not_pushed_to_is_left_alone(hub: Hub) -> None:
    with hub.database.transaction() as db:
        db.execute(update(stores).where(stores.c.id == 2).values(push_state="off"))
    hub.fakes[1].set_stock("X", 20)

    check_stores.main()
    hub.push()

    assert hub.fakes[1].calls.find(path="/products") == []


def test_what_nobody_foresaw_in_one_store_keeps_no_other_from_being_looked_at(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    looked_at = []

    def check(_database: object, _vault: object, store_id: int, _url: object) -> list[str]:
        looked_at.append(store_id)
        if store_id == 1:
            raise RuntimeError("broken")
        return []

    monkeypatch.setattr("writer.stores.webhook_setup.check", check)

    status = check_stores.main()

    assert (status, looked_at) == (1, [1, 2, 3])
    assert "A: something unexpected went wrong" in capsys.readouterr().out
    with hub.database.reading() as db:
        looks = select(func.count()).where(listings.c.needs_check)
        assert db.execute(looks).scalar_one() == 3


def test_failures_that_ended_long_ago_are_forgotten(hub: Hub) -> None:
    now = clock.now()
    same = {"store_id": 1, "sentence": "no", "times": 1, "first_at": now, "last_at": now}
    ended = {"old": now - timedelta(days=91), "young": now - timedelta(days=89), "open": None}
    with hub.database.transaction() as db:
        db.execute(insert(failures), [{**same, "what": what, "ended_at": at} for what, at in ended.items()])

    check_stores.main()

    with hub.database.reading() as db:
        left = db.execute(select(failures.c.what).order_by(failures.c.id)).scalars()
        assert list(left) == ["young", "open"]
