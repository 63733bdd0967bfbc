"""Heartbeats: how each of the last hours of a store was, as its deliveries, reads and pushes went."""

from typing import get_args

import pytest

from tests.delivering import deliver, make_line, make_order_body
from tests.hub import Hub
from writer.lib.store_scope import EVERYTHING, NOTHING, StoreScope
from writer.stores import heartbeats
from writer.stores.registry import hours

pytestmark = pytest.mark.postgres

HOUR_S = 3600


def beats(hub: Hub, store: int = 1, scope: StoreScope = EVERYTHING) -> list[str]:
    with hub.database.reading() as db:
        return list(heartbeats(db, scope)[store])


@pytest.mark.hub(stores=1)
def test_an_hour_without_contact_is_empty_and_one_with_contact_is_fine(hub: Hub) -> None:
    before = beats(hub)

    hub.poll()
    hub.tick(2 * HOUR_S)
    hub.poll()

    assert before == ["none"] * 24
    assert beats(hub) == ["none"] * 21 + ["", "none", ""]


@pytest.mark.hub(stores=2)
def test_an_hour_in_which_a_store_is_down_is_bad_and_one_in_which_it_comes_back_is_late(hub: Hub) -> None:
    hub.fakes[0].take_down()
    hub.poll()
    hub.tick(HOUR_S)
    hub.poll()
    hub.fakes[0].bring_up()
    hub.tick(HOUR_S)
    hub.poll()

    assert beats(hub)[-3:] == ["bad", "bad", ""]
    assert beats(hub, 2)[-3:] == ["", "", ""]


@pytest.mark.hub(stores=1)
def test_failing_and_then_answering_in_one_hour_is_late(hub: Hub) -> None:
    hub.fakes[0].take_down()
    hub.poll()
    hub.fakes[0].bring_up()
    hub.tick(120)
    hub.poll()

    assert beats(hub)[-1] == "late"


@pytest.mark.hub(stores=1)
def test_a_delivery_that_cannot_be_counted_makes_its_hour_late(hub: Hub) -> None:
    body = make_order_body(line_items=[make_line(), make_line()], currency=None, total="many")

    answer = deliver(hub.app.test_client(), body, source=hub.fakes[0].url)

    assert answer.status_code == 200
    assert beats(hub)[-1] == "late"


@pytest.mark.hub(stores=1)
def test_what_was_more_than_a_day_ago_is_not_shown_and_after_a_week_is_gone(hub: Hub) -> None:
    hub.poll()

    hub.tick(24 * HOUR_S)

    assert beats(hub) == ["none"] * 24
    hub.tick(7 * 24 * HOUR_S)
    with hub.database.transaction() as db:
        hours.drop_old(db)
    hub.tick(-8 * 24 * HOUR_S)
    assert beats(hub) == ["none"] * 24


@pytest.mark.hub(stores=2)
def test_only_stores_that_are_seen_have_heartbeats(hub: Hub) -> None:
    hub.poll()

    with hub.database.reading() as db:
        assert heartbeats(db, NOTHING) == {}
        assert [*heartbeats(db, StoreScope(frozenset({2})))] == [2]


def test_every_beat_is_one_that_pages_can_draw() -> None:
    assert set(get_args(hours.Beat)) == {"", "late", "bad", "none"}
