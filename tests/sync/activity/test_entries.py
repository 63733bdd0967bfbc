"""The list of activity: what is in it, in which order, by which filter, page by page."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sync.activity.happened import add_store, delivered, failed, pushed, read
from writer.db import Database
from writer.lib import clock
from writer.lib.store_scope import EVERYTHING, NOTHING, StoreScope
from writer.sync.activity import queries
from writer.sync.activity.entries import Entry, Filters, Place

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_half_past_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@pytest.fixture
def store_id(db: Database) -> int:
    return add_store(db, "Kiln", ago(90_000))


def entries(
    db: Database,
    filters: Filters = Filters(),  # noqa: B008  # it is frozen
    scope: StoreScope = EVERYTHING,
    limit: int = 50,
    after: Place | None = None,
) -> list[Entry]:
    with db.reading() as connection:
        return queries.list_entries(connection, scope, filters, limit, after)


def test_every_kind_is_in_one_list_newest_first(db: Database, store_id: int) -> None:
    delivered(db, store_id, ago(4), order_number="2109", sentence="1 unit counted.")
    read(db, store_id, ago(3), seen=12, created=2, updated=1)
    pushed(db, store_id, ago(2))
    failed(db, store_id, ago(1), times=3)

    found = entries(db)

    assert [(entry.kind, entry.title, entry.sentence, entry.word) for entry in found] == [
        ("failure", "Could not read orders, 3 times", "The store cannot be reached.", "Open"),
        ("push", "Stock of FIRE24 updated", "12 → 11", "Updated"),
        ("read", "Orders read", "12 read, 2 new, 1 changed.", "Read"),
        ("delivery", "Order updated", "1 unit counted.", "Recorded"),
    ]
    assert [entry.path for entry in found] == [
        "/stock-sync/1",
        f"/stores/{store_id}/stock-sync?q=FIRE24",
        "/order-import/1",
        "/webhook-inbox/1",
    ]
    assert {entry.store_name for entry in found} == {"Kiln"}


def test_a_reading_that_found_nothing_new_is_listed_among_readings_alone(db: Database, store_id: int) -> None:
    read(db, store_id, ago(3), seen=4)
    read(db, store_id, ago(2), "failed")

    assert [entry.outcome for entry in entries(db)] == ["failed"]
    assert [entry.sentence for entry in entries(db, Filters(kind="read"))] == [
        "0 read, nothing new.",
        "4 read, nothing new.",
    ]


def test_pages_follow_each_other_without_gap_or_repetition_also_in_one_moment(
    db: Database, store_id: int
) -> None:
    for number in range(6):
        moment = ago(number // 3)  # three of each kind at once
        delivered(db, store_id, moment)
        read(db, store_id, moment, created=1)
        failed(db, store_id, moment, what=f"work {number}")

    whole = [entry.place for entry in entries(db)]
    pages: list[Place] = []
    while page := entries(db, limit=4, after=pages[-1] if pages else None):
        pages += [entry.place for entry in page]

    assert len(whole) == 18
    assert pages == whole
    assert len({(place.kind, place.id) for place in pages}) == 18


@pytest.mark.parametrize(
    ("filters", "kinds"),
    [
        (Filters(kind="push"), ["push"]),
        (Filters(outcome="failed"), ["read", "delivery"]),
        (Filters(outcome="trouble"), ["failure", "read", "delivery"]),
        (Filters(outcome="open"), ["failure"]),
        (Filters(outcome="resolved"), []),
        (Filters(kind="push", outcome="open"), []),
        (Filters(kind="delivery", outcome="failed"), ["delivery"]),
        (Filters(days=1), ["failure", "push", "read"]),
        (Filters(store_id=7), []),
        (Filters(number="2109"), ["delivery"]),
        (Filters(number="2109", kind="read"), []),
        (Filters(order_id=3), []),
    ],
)
def test_a_filter_leaves_what_it_says(
    db: Database, store_id: int, filters: Filters, kinds: list[str]
) -> None:
    delivered(db, store_id, ago(3000), "failed", order_number="2109")
    read(db, store_id, ago(3), "failed")
    pushed(db, store_id, ago(2))
    failed(db, store_id, ago(1))

    assert [entry.kind for entry in entries(db, filters)] == kinds


def test_everybody_sees_the_stores_granted_and_nobody_else_what_is_of_no_store(
    db: Database, store_id: int
) -> None:
    other = add_store(db, "Wheel", ago(90_000))
    delivered(db, None, ago(3), "held", source="staging.example")
    delivered(db, store_id, ago(2))
    delivered(db, other, ago(1))

    def seen(scope: StoreScope, filters: Filters = Filters()) -> list[str]:  # noqa: B008
        return [entry.store_name for entry in entries(db, filters, scope)]

    assert seen(EVERYTHING) == ["Wheel", "Kiln", "staging.example"]
    assert seen(StoreScope(frozenset({store_id}))) == ["Kiln"]
    assert seen(StoreScope(frozenset({store_id, other}))) == ["Wheel", "Kiln"]
    assert seen(StoreScope(frozenset({store_id})), Filters(store_id=other)) == []
    assert seen(NOTHING) == []


def test_what_needs_somebody_is_counted(db: Database, store_id: int) -> None:
    other = add_store(db, "Wheel", ago(90_000))
    for outcome in ("failed", "held", "recorded", "stale"):
        delivered(db, store_id, ago(3), outcome, body=b"{}")
    delivered(db, store_id, ago(30_000), "failed")  # its body is no longer kept
    delivered(db, None, ago(3), "held", body=b"{}")
    failed(db, other, ago(1))
    failed(db, other, ago(1), ended_at=NOW, what="push stock")

    with db.reading() as connection:
        counts = [
            queries.count_trouble(connection, EVERYTHING),
            queries.count_trouble(connection, EVERYTHING, store_id),
            queries.count_trouble(connection, StoreScope(frozenset({other}))),
            queries.count_trouble(connection, NOTHING),
        ]

    assert counts == [4, 2, 1, 0]
