"""What Airtable refuses or misses is said once, told again later, and touches nothing else."""

from datetime import timedelta

import pytest

from tests.reports.airtable.hub import Hub
from tests.stock.movements.products import on_hand
from writer.reports import airtable


def test_a_wrong_token_is_said_without_the_token(hub: Hub) -> None:
    hub.add("X", 10)
    wrong = hub.settings
    hub.base.token = "pat-another"

    done = airtable.push(hub.database, wrong)

    said = "Airtable does not know the token in AIRTABLE_API_KEY. It said: Authentication required"
    assert done.error is not None
    assert done.error.sentence == said
    assert (hub.state().error, hub.notice()) == (said, f"Airtable: {said}")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (500, "Airtable answered 500."),
        (503, "Airtable answered 503."),
        (200, "The server at Airtable's address is not Airtable."),
        (302, "Airtable answered 302."),
        (404, "The token may not write to the table Stock, or the base has no such table"),
    ],
)
def test_an_odd_answer_is_written_down_and_opens_one_notice(hub: Hub, status: int, sentence: str) -> None:
    hub.add("X", 10)
    hub.base.answers = status

    hub.push()
    hub.push(is_asked=True)

    assert sentence in hub.state().error
    assert hub.notice() == f"Airtable: {hub.state().error}"
    assert hub.state().failures == 2
    assert hub.state().succeeded_at is None


def test_the_notice_closes_when_it_works_again(hub: Hub) -> None:
    hub.add("X", 10)
    hub.base.answers = 500
    hub.push()

    hub.base.answers = None
    hub.settle()

    assert hub.notice() is None
    assert (hub.state().error, hub.state().failures, hub.state().not_before) == (None, 0, None)


def test_nobody_there_is_a_failure_like_any_other(hub: Hub) -> None:
    hub.add("X", 10)
    hub.base.take_down()

    done = hub.push()

    assert done.error is not None
    assert str(done.error) == "Airtable cannot be reached (ConnectionError)."
    assert on_hand(hub.database) == 10


def test_a_429_is_no_notice_and_waits_thirty_seconds(hub: Hub) -> None:
    hub.add("X", 10)
    hub.base.is_busy = True

    done = hub.push()

    assert done.sentence == (
        "0 lines of the stock list and 0 movements sent. Airtable asks to wait. It said: Rate limit"
        " exceeded. Please try again later"
    )
    assert hub.state().not_before == hub.time + timedelta(seconds=30)
    assert hub.notice() is None
    hub.base.is_busy = False
    assert hub.push().sentence == "Airtable is not called until 2026-11-20 12:00:30 UTC."
    hub.tick(seconds=30)
    assert hub.push().lines == 1


def test_waits_grow_to_an_hour(hub: Hub) -> None:
    hub.add("X", 10)
    hub.base.answers = 500

    waits = []
    for _ in range(6):
        hub.push(is_asked=True)
        waits.append((hub.state().not_before - hub.time) / timedelta(minutes=1))

    assert waits == [5, 10, 20, 40, 60, 60]


def test_days_of_429_are_said(hub: Hub) -> None:
    hub.add("X", 10)
    hub.base.is_busy = True

    for _ in range(4):
        hub.push(is_asked=True)

    assert (hub.notice() or "").startswith("Airtable: Airtable asks to wait.")


def test_a_field_that_is_not_there_is_named_and_the_other_table_is_told(hub: Hub) -> None:
    hub.add("X", 10)
    del hub.base.fields["Stock"]["Last 50 Txn Summary"]

    done = hub.settle()

    assert done.error is not None
    assert 'Unknown field name: "Last 50 Txn Summary"' in done.error.sentence
    assert hub.base.rows("Stock") == []
    assert hub.events() == [10]
    assert hub.state().succeeded_at is None


def test_two_records_of_one_sku_are_told_to_the_owner(hub: Hub) -> None:
    hub.add("X", 10)
    hub.base.tables["Stock"] = [
        {"id": "rec1", "fields": {"SKU": "X"}},
        {"id": "rec2", "fields": {"SKU": "X"}},
    ]

    done = hub.push()

    assert done.error is not None
    assert "More than one record matches" in done.error.sentence


def test_a_refused_batch_is_told_again_wholly(hub: Hub) -> None:
    for number in range(12):
        hub.add(f"X{number}", 10)
    hub.base.fields["Events of stock"].pop("Site")
    hub.move(-1, "X3")
    hub.settle()

    hub.base.fields["Events of stock"]["Site"] = str
    hub.settle()

    assert hub.events() == [10] * 12 + [-1]


def test_a_cut_after_airtable_took_a_batch_appends_that_batch_twice_and_no_more(hub: Hub) -> None:
    hub.add("X", 100)
    for _ in range(14):
        hub.move(-1)
    hub.push()
    hub.base.drop_after = 1
    hub.settle()
    assert len(hub.events()) == 10

    hub.settle()

    assert len(hub.events()) == 25
    assert hub.line()["On Hand"] == 86


def test_a_cut_after_the_stock_table_was_taken_leaves_one_record(hub: Hub) -> None:
    hub.add("X", 10)
    hub.base.drop_after = 1

    hub.push()
    hub.settle()

    assert hub.line()["On Hand"] == 10
