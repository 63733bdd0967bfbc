"""The ledger as JSON, as clients of the earlier service send and read it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from tests.makers import grant_every_store
from tests.sales.ledger.conftest import NOON
from writer.db import Database
from writer.lib import clock
from writer.sales import ledger

FIRE = {"model": "Fire", "variant": "28pin"}


def entries(api: FlaskClient, address: str = "/api/sales/recent") -> list[dict[str, Any]]:
    answer = api.get(address)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = body(answer)["entries"]
    return found


def body(answer: TestResponse) -> Any:
    return json.loads(answer.text)


def assert_problem(answer: TestResponse, status: int, *fields: str) -> None:
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert body(answer)["status"] == status
    assert set(body(answer).get("errors", {})) == set(fields)


def test_a_sale_is_added_with_the_defaults_of_the_earlier_service(api: FlaskClient) -> None:
    answer = api.post("/api/sales", json=FIRE)

    assert (answer.status_code, body(answer)) == (200, {"status": "ok", "id": 1, "warning": None})
    entry = entries(api)[0]
    assert (entry["quantity"], entry["seller"], entry["notes"]) == (1, "piers.rocks", "")
    assert (entry["id"], entry["model"], entry["variant"], entry["source"]) == (1, "Fire", "28pin", "api")


def test_everything_that_is_sent_is_kept(api: FlaskClient) -> None:
    sent = {**FIRE, "quantity": 3, "seller": "Zoë", "notes": "fair", "sku": "fire28-b"}

    api.post("/api/sales", json={**sent, "date": "2025-11-20T12:00:00+02:00"})

    entry = entries(api)[0]
    assert {name: entry[name] for name in sent} == sent
    assert entry["date"] == "2025-11-20T10:00:00Z"


@pytest.mark.parametrize("date", ["2025-11-20T10:00:00", "2025-11-20 10:00", "2025-11-20T10:00:00.9Z"])
def test_a_date_is_utc_where_it_names_no_zone(api: FlaskClient, date: str) -> None:
    api.post("/api/sales", json={**FIRE, "date": date})

    assert entries(api)[0]["date"] == "2025-11-20T10:00:00Z"


def test_fields_that_do_not_exist_are_named_and_nothing_is_stored(api: FlaskClient) -> None:
    assert_problem(api.post("/api/sales", json={**FIRE, "qty": 3, "colour": "red"}), 422, "qty", "colour")
    assert entries(api) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model": "Earth"}, "model"),
        ({"variant": "99pin"}, "variant"),
        ({"variant": 28}, "variant"),
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": -1}, "quantity"),
        ({"quantity": 100_001}, "quantity"),
        ({"quantity": 10**40}, "quantity"),
        ({"quantity": "2"}, "quantity"),
        ({"quantity": 2.0}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"quantity": None}, "quantity"),
        ({"seller": "a" * 101}, "seller"),
        ({"seller": 5}, "seller"),
        ({"seller": "a\u0007"}, "seller"),
        ({"notes": "a" * 1001}, "notes"),
        ({"notes": ["a"]}, "notes"),
        ({"notes": "\ud800"}, "notes"),
        ({"sku": "a" * 101}, "sku"),
        ({"date": "yesterday"}, "date"),
        ({"date": "2026-02-30T10:00:00Z"}, "date"),
        ({"date": 1_700_000_000}, "date"),
        ({"date": "1700000000"}, "date"),
        ({"date": "1969-12-31T23:59:59Z"}, "date"),
        ({"date": "9999-12-31T23:59:59-12:00"}, "date"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_and_nothing_is_stored(
    api: FlaskClient, change: dict[str, Any], field: str
) -> None:
    answer = api.post("/api/sales", json={**FIRE, **change})

    assert_problem(answer, 422, field)
    assert entries(api) == []


def test_a_date_more_than_a_day_ahead_is_refused(api: FlaskClient) -> None:
    soon, late = (clock.now() + timedelta(hours=hours) for hours in (20, 30))

    assert api.post("/api/sales", json={**FIRE, "date": soon.isoformat()}).status_code == 200
    assert_problem(api.post("/api/sales", json={**FIRE, "date": late.isoformat()}), 422, "date")


def test_missing_fields_are_named_all_at_once(api: FlaskClient) -> None:
    assert_problem(api.post("/api/sales", json={}), 422, "model", "variant")


@pytest.mark.parametrize(
    "sent", ["", "{", "nonsense", b"\xff\xfe", "[" * 100_000, '{"quantity": ' + "9" * 5000 + "}"]
)
def test_what_is_not_json_is_refused_with_400(api: FlaskClient, sent: str | bytes) -> None:
    answer = api.post("/api/sales", data=sent, content_type="application/json")

    assert_problem(answer, 400, "body")


@pytest.mark.parametrize(
    "sent", ["[]", "null", "5", '"{\\"model\\": \\"Fire\\", \\"variant\\": \\"24pin\\"}"']
)
def test_json_that_is_no_object_is_refused(api: FlaskClient, sent: str) -> None:
    answer = api.post("/api/sales", data=sent, content_type="application/json")

    assert_problem(answer, 422, "body")


def test_a_form_is_not_json(api: FlaskClient) -> None:
    assert_problem(api.post("/api/sales", data=FIRE), 415)


def test_a_change_leaves_alone_what_it_does_not_give(api: FlaskClient) -> None:
    api.post("/api/sales", json={**FIRE, "quantity": 2, "notes": "fair"})

    answer = api.put("/api/sales/1", json={"quantity": 5})

    assert (answer.status_code, body(answer)) == (200, {"status": "ok", "id": 1, "warning": None})
    entry = entries(api)[0]
    assert (entry["quantity"], entry["notes"], entry["variant"]) == (5, "fair", "28pin")


def test_a_change_may_give_everything(api: FlaskClient) -> None:
    api.post("/api/sales", json={**FIRE, "sku": "fire28"})
    sent = {"model": "Ice", "variant": "24pin", "quantity": 9, "seller": "x", "notes": "y", "sku": None}

    api.put("/api/sales/1", json={**sent, "date": "2025-01-01T00:00:00Z"})

    entry = entries(api)[0]
    assert {name: entry[name] for name in sent} == sent
    assert entry["date"] == "2025-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": None}, "quantity"),
        ({"model": "Earth"}, "model"),
        ({"date": None}, "date"),
        ({"notes": 1}, "notes"),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(
    api: FlaskClient, change: dict[str, Any], field: str
) -> None:
    api.post("/api/sales", json=FIRE)
    before = entries(api)

    assert_problem(api.put("/api/sales/1", json={"seller": "new", **change}), 422, field)

    assert entries(api) == before


def test_a_deleted_sale_is_gone(api: FlaskClient) -> None:
    api.post("/api/sales", json=FIRE)

    answer = api.delete("/api/sales/1")

    assert (answer.status_code, body(answer)) == (200, {"status": "ok", "id": 1, "warning": None})
    assert entries(api) == []


def test_a_deleted_sale_stays_known_as_deleted(api: FlaskClient) -> None:
    api.post("/api/sales", json=FIRE)
    api.delete("/api/sales/1")

    for answer in (api.delete("/api/sales/1"), api.put("/api/sales/1", json={"quantity": 2})):
        assert_problem(answer, 410)
        assert (body(answer)["code"], "/sales/1" in body(answer)["detail"]) == ("gone", True)


@pytest.mark.parametrize("sale_id", ["0", "7", "2147483648", "9" * 30])
def test_a_sale_that_is_not_there_is_404(api: FlaskClient, sale_id: str) -> None:
    assert_problem(api.put(f"/api/sales/{sale_id}", json={"quantity": 1}), 404)
    assert_problem(api.delete(f"/api/sales/{sale_id}"), 404)


def test_a_sale_of_an_order_can_be_neither_changed_nor_deleted(
    api: FlaskClient, database: Database, order_line: int
) -> None:
    with database.transaction() as db:
        sale_id = ledger.post(
            db,
            order_line_id=order_line,
            store_id=1,
            quantity=1,
            date=NOON,
            seller="",
            notes="",
            sku=None,
            **FIRE,
        )
    grant_every_store(database)

    changed = api.put(f"/api/sales/{sale_id}", json={"quantity": 9})
    deleted = api.delete(f"/api/sales/{sale_id}")

    assert_problem(changed, 409)
    assert_problem(deleted, 409)
    assert "change the order in its store" in body(changed)["detail"]
    assert (entries(api)[0]["quantity"], entries(api)[0]["order_id"]) == (1, 1)


def test_recent_sales_come_newest_first_in_stretches(api: FlaskClient) -> None:
    for day in (2, 3, 1):
        api.post("/api/sales", json={**FIRE, "date": f"2025-01-0{day}"})

    answer = api.get("/api/sales/recent?offset=1&limit=1")

    assert [entry["date"] for entry in body(answer)["entries"]] == ["2025-01-02T00:00:00Z"]
    assert body(answer)["total_count"] == 3
    assert [entry["id"] for entry in entries(api)] == [2, 1, 3]
    assert entries(api, "/api/sales/recent?offset=2147483647") == []


def test_ten_sales_are_recent_unless_said_otherwise(api: FlaskClient) -> None:
    for _ in range(11):
        api.post("/api/sales", json=FIRE)

    assert len(entries(api)) == 10


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("offset=-1", "offset"),
        ("offset=2147483648", "offset"),
        ("offset=" + "9" * 5000, "offset"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=5.0", "limit"),
        ("limit=1_0", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
    ],
)
def test_a_stretch_that_cannot_be_is_refused(api: FlaskClient, query: str, field: str) -> None:
    assert_problem(api.get(f"/api/sales/recent?{query}"), 422, field)


def test_the_same_key_and_body_adds_one_sale(api: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}

    answers = [api.post("/api/sales", json=FIRE, headers=key) for _ in range(2)]

    assert [body(answer) for answer in answers] == [{"status": "ok", "id": 1, "warning": None}] * 2
    assert len(entries(api)) == 1


def test_the_same_key_with_another_body_is_refused(api: FlaskClient) -> None:
    key = {"Idempotency-Key": "k1"}
    api.post("/api/sales", json=FIRE, headers=key)

    answer = api.post("/api/sales", json={**FIRE, "quantity": 2}, headers=key)

    assert_problem(answer, 422, "Idempotency-Key")
    assert len(entries(api)) == 1


def test_the_audit_trail_names_the_token(api: FlaskClient, database: Database) -> None:
    api.post("/api/sales", json=FIRE)

    with database.reading() as db:
        noted = db.execute(text("SELECT actor, action, subject FROM audit_entries ORDER BY id DESC")).first()
    assert noted is not None
    assert tuple(noted) == ("token program", "sale.add", "sale 1")


def test_a_stranger_is_refused(client: FlaskClient) -> None:
    for answer in (client.get("/api/sales/recent"), client.post("/api/sales", json=FIRE)):
        assert_problem(answer, 401)


def test_a_reading_token_reads_and_changes_nothing(app: Flask, reader_token: str, api: FlaskClient) -> None:
    api.post("/api/sales", json=FIRE)
    looker = app.test_client()
    looker.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {reader_token}"

    assert len(entries(looker)) == 1
    assert_problem(looker.post("/api/sales", json=FIRE), 403)
    assert_problem(looker.put("/api/sales/1", json={"quantity": 2}), 403)
    assert_problem(looker.delete("/api/sales/1"), 403)
