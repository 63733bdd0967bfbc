"""The orders API where it speaks to stores, over real HTTP: status, notes, the sync."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.connected import connect_store, recorded
from tests.fake_services.woocommerce import FakeStore
from tests.makers import grant_every_store
from tests.orders.record.ledger import totals
from writer.db import Database
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stores.registry import Keyring

pytestmark = pytest.mark.usefixtures("reads_once")

ORDERS = "/api/v1/orders"
ONCE = {"Idempotency-Key": "note-1"}


@pytest.fixture
def store(store: FakeStore, db: Database, api: FlaskClient) -> FakeStore:
    """The connected store; the program may see it."""
    grant_every_store(db)
    return store


def put(api: FlaskClient, status: str) -> Any:
    return api.put(f"{ORDERS}/1/status", json={"status": status})


def note(api: FlaskClient, text: str = "On its way.", headers: dict[str, str] = ONCE, **more: Any) -> Any:
    return api.post(f"{ORDERS}/1/notes", json={"note": text, **more}, headers=headers)


def test_a_status_is_written_to_the_store_and_recorded_from_its_answer(
    api: FlaskClient, store: FakeStore, db: Database
) -> None:
    answer = put(api, "cancelled")

    assert (answer.status_code, answer.get_json()["status"]) == (200, "cancelled")
    assert next(iter(store.state.orders.values())).status == "cancelled"
    assert recorded(db).status == "cancelled"
    assert totals(db) == {}


def test_a_status_the_owner_mapped_can_be_set(api: FlaskClient, store: FakeStore, db: Database) -> None:
    refused = put(api, "shipped")
    with db.transaction() as connection:
        connection.execute(update(stores).values(paid_statuses="shipped"))

    answer = put(api, "shipped")

    assert (refused.status_code, store.calls.count("PUT")) == (422, 1)
    assert answer.status_code in (200, 502)  # the store decides whether it knows it


@pytest.mark.parametrize("status", ["", "trash", "nonsense", "<b>", "x" * 61])
def test_what_is_no_status_is_not_sent(api: FlaskClient, store: FakeStore, status: str) -> None:
    answer = put(api, status)

    assert answer.status_code == 422
    assert "status" in answer.get_json()["errors"]
    assert store.calls.count("PUT") == 0


def test_a_store_that_is_down_gives_502_and_changes_nothing_here(
    api: FlaskClient, store: FakeStore, db: Database
) -> None:
    before = recorded(db)
    store.take_down()

    answer = put(api, "cancelled")

    store.bring_up()
    assert (answer.status_code, answer.content_type) == (502, "application/problem+json")
    assert recorded(db) == before
    assert totals(db) == {("Fire", "24pin"): 2}


def test_a_store_without_keys_gives_409_with_a_sentence(
    api: FlaskClient, store: FakeStore, db: Database
) -> None:
    with db.transaction() as connection:
        connection.execute(update(stores).values(consumer_key_encrypted=None))

    for answer in (put(api, "cancelled"), note(api)):
        assert answer.status_code == 409
        assert "Kiln has no REST keys here" in answer.get_json()["detail"]
    assert store.calls.count() == 0


def test_the_same_note_again_gets_the_first_answer_and_sends_nothing(
    api: FlaskClient, store: FakeStore
) -> None:
    first, again = note(api, customer_note=True), note(api, customer_note=True)

    assert (first.status_code, first.get_json()) == (201, {"status": "ok", "id": 1})
    assert (again.status_code, again.get_json()) == (201, {"status": "ok", "id": 1})
    assert again.headers["Idempotent-Replayed"] == "true"
    assert store.calls.count("POST", "/notes") == 1


def test_another_note_with_the_same_key_is_refused(api: FlaskClient, store: FakeStore) -> None:
    note(api)

    answer = note(api, "Something else.")

    assert answer.status_code == 422
    assert store.calls.count("POST", "/notes") == 1


def test_a_note_without_a_key_is_not_sent(api: FlaskClient, store: FakeStore) -> None:
    answer = note(api, headers={})

    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.get_json()["errors"]
    assert store.calls.count("POST", "/notes") == 0


def test_a_note_whose_answer_was_lost_is_not_sent_again(api: FlaskClient, store: FakeStore) -> None:
    store.faults.drop_after_write = 1

    lost = note(api, customer_note=True)
    again = note(api, customer_note=True)

    assert (lost.status_code, again.status_code) == (502, 409)
    assert "may have been sent" in again.get_json()["detail"]
    assert store.calls.count("POST", "/notes") == 1


def test_a_note_the_process_died_over_is_not_sent_again(
    api: FlaskClient, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("writer.sync.order_edit.actions.send_note", die)
        with pytest.raises(SystemExit):
            note(api)

    answer = note(api)

    assert answer.status_code == 409
    assert store.calls.count("POST", "/notes") == 0


def test_a_note_the_store_surely_refused_can_be_sent_with_the_same_key(
    api: FlaskClient, store: FakeStore, db: Database
) -> None:
    store.faults.keys_revoked = True
    refused = note(api)
    store.faults.clear()
    left_alone = note(api)
    with db.transaction() as connection:
        connection.execute(update(stores).values(next_call_at=None))

    answer = note(api)

    assert (refused.status_code, left_alone.status_code, answer.status_code) == (502, 502, 201)


@pytest.mark.parametrize("body", [{}, {"note": ""}, {"note": " "}, {"note": "x" * 4001}, {"note": 1}])
def test_a_note_that_cannot_be_sent_names_the_field(
    api: FlaskClient, store: FakeStore, body: dict[str, Any]
) -> None:
    answer = api.post(f"{ORDERS}/1/notes", json=body, headers=ONCE)

    assert answer.status_code == 422
    assert "note" in answer.get_json()["errors"]
    assert store.calls.count() == 0


def test_a_sync_reads_what_changed_and_tells_what_it_came_to(
    api: FlaskClient, store: FakeStore, db: Database
) -> None:
    store.place_order([("FIRE24", 1)])

    body = api.post(f"{ORDERS}/sync", json={}).get_json()

    assert (body["stores"], body["created"], body["errors"], body["error"]) == (1, 1, {}, None)
    assert totals(db) == {("Fire", "24pin"): 3}


def test_a_sync_of_one_store_by_days(api: FlaskClient, store: FakeStore) -> None:
    body = api.post(f"{ORDERS}/sync", json={"daysBack": 3, "store": 1}).get_json()

    assert (body["seen"], body["unchanged"]) == (1, 1)


def test_a_store_in_trouble_is_told_by_name(api: FlaskClient, store: FakeStore) -> None:
    store.faults.broken = True

    body = api.post(f"{ORDERS}/sync", json={}).get_json()

    assert list(body["errors"]) == ["Kiln"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"daysBack": 0}, "daysBack"),
        ({"daysBack": 3651}, "daysBack"),
        ({"daysBack": "7"}, "daysBack"),
        ({"daysBack": 1.5}, "daysBack"),
        ({"store": -1}, "store"),
    ],
)
def test_a_sync_that_cannot_be_asked_for_names_the_field(
    api: FlaskClient, body: dict[str, Any], field: str
) -> None:
    answer = api.post(f"{ORDERS}/sync", json=body)

    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]


def test_a_sync_reads_no_store_that_is_not_granted(
    api: FlaskClient, staff: FlaskClient, db: Database, ring: Keyring
) -> None:
    with FakeStore("Wheel") as other:
        connect_store(db, ring, other, "Wheel")
        other.calls.clear()

        body = staff.post(f"{ORDERS}/sync", json={}).get_json()
        one = staff.post(f"{ORDERS}/sync", json={"store": 1})
        told = staff.get(f"{ORDERS}/sync/status")

        assert (body["run_id"], body["stores"]) == (None, 0)
        assert one.status_code == 404
        assert "Wheel" not in told.text
        assert other.calls.count() == 0


def test_a_sync_while_one_is_running_is_a_conflict(
    api: FlaskClient, admin: FlaskClient, db: Database
) -> None:
    with db.only_one("sync"):
        one, every = api.post(f"{ORDERS}/sync", json={}), admin.post(f"{ORDERS}/sync/all")

    assert (one.status_code, every.status_code) == (409, 409)
    assert "already running" in one.get_json()["detail"]


def test_a_full_sync_is_for_admins_and_runs_by_itself(
    api: FlaskClient, admin: FlaskClient, store: FakeStore
) -> None:
    refused = api.post(f"{ORDERS}/sync/all")

    answer = admin.post(f"{ORDERS}/sync/all")

    assert refused.status_code == 403
    assert answer.status_code == 202
    told = admin.get(answer.get_json()["status_url"]).get_json()
    while told["running"]:
        told = admin.get(answer.get_json()["status_url"]).get_json()
    assert (told["runs"][0]["id"], told["runs"][0]["started_by"]) == (answer.get_json()["run_id"], "ada")
    assert told["progress"] is None


def test_the_status_tells_interval_runs_and_which_stores_are_configured(
    api: FlaskClient, store: FakeStore
) -> None:
    api.post(f"{ORDERS}/sync", json={})

    told = api.get(f"{ORDERS}/sync/status").get_json()

    assert (told["running"], told["interval_minutes"]) == (False, 30)
    assert [(run["started_by"], run["seen"]) for run in told["runs"]] == [("token program", 1)]
    assert 0 <= told["runs"][0]["seconds"] < 60
    assert [(shop["name"], shop["is_configured"]) for shop in told["stores"]] == [("Kiln", True)]


def test_what_the_store_refuses_for_one_order_is_no_trouble_of_the_store(
    api: FlaskClient, store: FakeStore, db: Database
) -> None:
    order = next(iter(store.state.orders.values()))
    store.delete(order, force=True)

    gone, noted = put(api, "completed"), note(api)

    assert (gone.status_code, noted.status_code) == (502, 502)
    assert "no such thing" in gone.get_json()["detail"]
    with db.reading() as connection:
        row = connection.execute(select(stores)).one()
    assert (row.next_call_at, row.last_error, row.failures_in_a_row) == (None, None, 0)


def test_a_status_the_store_took_before_it_fell_silent_is_told_so(
    api: FlaskClient, store: FakeStore, db: Database
) -> None:
    store.faults.drop_after_write = 1

    answer = put(api, "cancelled")

    assert answer.status_code == 502
    assert "may have arrived" in answer.get_json()["detail"]
    assert recorded(db).status == "processing"
    with db.transaction() as connection:
        connection.execute(update(stores).values(next_call_at=None))
    api.post(f"{ORDERS}/sync", json={})
    assert recorded(db).status == "cancelled"


def test_a_first_sync_looks_as_far_back_as_the_setting_says(
    app: Flask, api: FlaskClient, store: FakeStore, db: Database
) -> None:
    app.config["ONEROM"] = replace(app.config["ONEROM"], sync_days_back=3)
    with db.transaction() as connection:
        connection.execute(update(stores).values(order_cursor=None))

    api.post(f"{ORDERS}/sync", json={})

    asked = datetime.fromisoformat(store.calls[0].query["modified_after"]).replace(tzinfo=UTC)
    assert timedelta(days=2, hours=23) < clock.now() - asked < timedelta(days=3, minutes=1)


@pytest.mark.parametrize("days", [1, 3650])
def test_a_sync_reads_back_as_many_days_as_are_allowed(api: FlaskClient, store: FakeStore, days: int) -> None:
    assert api.post(f"{ORDERS}/sync", json={"daysBack": days}).get_json()["seen"] == 1
