"""What Airtable has been told after a run, against a fake Airtable over real HTTP."""

import pytest

from tests.fake_services import airtable as fake
from tests.reports.airtable.hub import Hub
from tests.stock.movements.products import product
from writer.db import AlreadyRunning
from writer.reports.airtable import client
from writer.stock import products

pytestmark = pytest.mark.postgres


def test_a_product_becomes_one_record_with_the_agreed_fields(hub: Hub) -> None:
    hub.add("X", 10)
    hub.move(-2)

    hub.push()

    assert hub.line() == {
        "SKU": "X",
        "On Hand": 8,
        "7d Avg Daily Sales": 0.29,
        "30d Avg Daily Sales": 0.07,
        "Last 50 Txn Summary": "2026-11-20 12:00 sale -2, then 8 (ada)\n"
        "2026-11-20 12:00 stock take +10, then 10 (ada)",
        "Updated At": "2026-11-20T12:00:00Z",
    }


def test_a_product_that_changed_keeps_its_record(hub: Hub) -> None:
    hub.add("X", 10)
    hub.push()

    hub.move(-3)
    hub.push()

    assert hub.line()["On Hand"] == 7


def test_only_what_changed_is_told_again(hub: Hub) -> None:
    for number in range(12):
        hub.add(f"X{number}", 10)
    hub.push()
    hub.base.calls.clear()

    hub.move(-1, "X5")
    hub.push()
    hub.push()

    assert hub.base.calls == [("PATCH", "Stock", 1)]


def test_ten_records_go_into_a_call(hub: Hub) -> None:
    for number in range(12):
        hub.add(f"X{number}", 10)

    done = hub.settle()

    assert hub.base.calls == [
        ("PATCH", "Stock", 10),
        ("PATCH", "Stock", 2),
        ("POST", "Events of stock", 10),
        ("POST", "Events of stock", 2),
    ]
    assert done.sentence == "12 lines of the stock list and 12 movements sent."


def test_an_average_that_falls_by_time_alone_is_told(hub: Hub) -> None:
    hub.add("X", 100)
    hub.move(-7)
    hub.push()
    assert hub.line()["7d Avg Daily Sales"] == 1.0

    hub.tick(days=8)
    hub.push()

    assert hub.line()["7d Avg Daily Sales"] == 0.0
    assert hub.line()["30d Avg Daily Sales"] == 0.23


def test_averages_leave_out_what_was_cancelled_and_what_was_no_sale(hub: Hub) -> None:
    hub.add("X", 100)
    hub.move(-14)
    hub.move(7, kind="cancellation")
    hub.move(-30, kind="adjustment")
    hub.move(-60, days_ago=31)

    hub.push()

    assert (hub.line()["7d Avg Daily Sales"], hub.line()["30d Avg Daily Sales"]) == (1.0, 0.23)


def test_the_summary_holds_the_last_fifty_movements(hub: Hub) -> None:
    hub.add("X", 100)
    for _ in range(60):
        hub.move(-1)

    hub.push()

    lines = hub.line()["Last 50 Txn Summary"].split("\n")
    assert (len(lines), lines[0][:36], lines[-1][:36]) == (
        50,
        "2026-11-20 12:00 sale -1, then 40 (a",
        "2026-11-20 12:00 sale -1, then 89 (a",
    )


def test_movements_are_appended_once_and_in_order(hub: Hub) -> None:
    hub.add("X", 10)
    for quantity in (-1, -2, 5):
        hub.move(quantity)
    hub.settle()

    hub.move(-3)
    hub.settle()
    hub.settle()

    assert hub.events() == [10, -1, -2, 5, -3]


def test_a_movement_says_what_it_was(hub: Hub) -> None:
    hub.add("X", 10)
    hub.move(-3)

    hub.settle()

    assert hub.base.rows("Events of stock")[1] == {
        "SKU": "X",
        "Delta": -3,
        "Event Type": "sale",
        "On Hand After": 7,
        "Timestamp": "2026-11-20T12:00:00Z",
    }


def test_a_movement_of_the_last_minute_waits_and_so_does_what_came_after_it(hub: Hub) -> None:
    hub.add("X", 10)
    hub.settle()

    hub.move(-1)
    hub.tick(seconds=50)
    hub.move(-2)
    hub.push()
    assert hub.events() == [10]
    hub.tick(seconds=20)
    hub.push()

    assert hub.events() == [10, -1]


def test_a_run_without_time_left_is_gone_on_with(hub: Hub) -> None:
    hub.add("X", 10)
    hub.tick(minutes=2)

    first = hub.push(seconds=0)

    assert first.sentence.endswith("The rest follows with the next run.")
    assert hub.state().succeeded_at is None
    assert hub.push().is_complete
    assert hub.state().succeeded_at == hub.time


def test_a_base_that_is_another_one_is_told_everything(hub: Hub) -> None:
    hub.add("X", 10)
    hub.settle()

    with fake.Base(base_id="appOther") as hub.base:
        hub.settle()

        assert hub.line()["On Hand"] == 10
        assert hub.events() == [10]


def test_two_runs_at_once_are_one(hub: Hub) -> None:
    with hub.database.only_one("airtable"), pytest.raises(AlreadyRunning):
        hub.push()


def test_a_renamed_sku_gets_a_record_of_its_own(hub: Hub) -> None:
    hub.add("X", 10)
    hub.push()

    with hub.database.transaction() as db:
        products.change_product(db, "ada", products.get(db, "X"), sku="Y")
    hub.push()

    assert product(hub.database, "Y").on_hand == hub.line("Y")["On Hand"] == 10


def test_calls_are_far_enough_apart_for_airtable(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSE_S", 0.22)
    monkeypatch.setattr(fake, "CALLS_A_SECOND", 5)
    for number in range(75):
        hub.add(f"X{number}", 10)

    done = hub.push()

    assert (done.lines, done.error) == (75, None)
