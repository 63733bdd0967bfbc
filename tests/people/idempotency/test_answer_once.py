"""The same Idempotency-Key gets the same answer, and what it asked for happens once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from werkzeug.test import TestResponse

from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.idempotency import idempotency_keys
from writer.lib import clock
from writer.lib.errors import Invalid
from writer.people import audit, auth

pytestmark = pytest.mark.postgres


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """The application with /api/effects, each of which leaves an audit row."""

    @own_app.post("/api/effects")
    @own_app.post("/api/other-effects", endpoint="other")
    def make_effect() -> Response:
        def act(db: Connection) -> tuple[dict[str, Any], int]:
            audit.note(db, "test", "effect", "one", None, None)
            body = request.get_json()
            if body.get("fails"):
                raise Invalid("No.", {"fails": "no"})
            return {"count": count_effects(db), "sent": body}, 201

        return auth.answer_once(act)

    return own_app


def count_effects(db: Connection) -> int:
    effects = select(func.count()).select_from(audit_entries).where(audit_entries.c.action == "effect")
    return db.execute(effects).scalar_one()


def send(
    client: FlaskClient, key: str | None, body: dict[str, Any], path: str = "/api/effects"
) -> TestResponse:
    return client.post(path, json=body, headers={"Idempotency-Key": key} if key is not None else {})


def test_a_repeat_with_the_same_key_replays_the_first_answer(api: FlaskClient, database: Database) -> None:
    first = send(api, "k1", {"a": 1})

    again = send(api, "k1", {"a": 1})

    assert (first.status_code, first.get_json()) == (201, {"count": 1, "sent": {"a": 1}})
    assert (again.status_code, again.get_json()) == (201, {"count": 1, "sent": {"a": 1}})
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    with database.reading() as db:
        assert count_effects(db) == 1


def test_without_a_key_each_request_counts(api: FlaskClient, database: Database) -> None:
    send(api, None, {"a": 1})
    send(api, None, {"a": 1})

    with database.reading() as db:
        assert count_effects(db) == 2


@pytest.mark.parametrize(
    ("body", "path"),
    [({"a": 2}, "/api/effects"), ({"a": 1}, "/api/other-effects"), ({"a": 1}, "/api/effects?x=1")],
)
def test_the_same_key_for_another_request_is_refused(
    api: FlaskClient, database: Database, body: dict[str, Any], path: str
) -> None:
    send(api, "k1", {"a": 1})

    answer = send(api, "k1", body, path)

    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {"Idempotency-Key": "was used for another request"}
    with database.reading() as db:
        assert count_effects(db) == 1


def test_keys_of_two_owners_do_not_meet(api: FlaskClient, admin: FlaskClient, database: Database) -> None:
    send(api, "k1", {"a": 1})

    answer = send(admin, "k1", {"a": 2})

    assert answer.get_json()["count"] == 2


def test_an_error_is_not_kept_so_that_the_key_can_be_used_again(api: FlaskClient, database: Database) -> None:
    failed = send(api, "k1", {"fails": True})

    answer = send(api, "k1", {"a": 1})

    assert failed.status_code == 422
    assert answer.get_json() == {"count": 1, "sent": {"a": 1}}


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\xe9", "a\tb"])
def test_a_key_that_is_empty_too_long_or_not_plain_is_refused(
    api: FlaskClient, database: Database, key: str
) -> None:
    answer = send(api, key, {"a": 1})

    assert answer.status_code == 422
    assert answer.get_json()["errors"] == {"Idempotency-Key": "1 to 255 plain characters"}
    with database.reading() as db:
        assert count_effects(db) == 0


def test_the_same_key_at_the_same_moment_counts_once(
    app: Flask, api: FlaskClient, database: Database
) -> None:
    header = api.environ_base["HTTP_AUTHORIZATION"]

    def send_one(_: int) -> str:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = header
        return json.dumps(send(client, "k1", {"a": 1}).get_json())

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send_one, range(16)))

    assert answers == {'{"count": 1, "sent": {"a": 1}}'}
    with database.reading() as db:
        assert count_effects(db) == 1


def test_keys_are_dropped_after_seven_days(
    api: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(api, "k1", {"a": 1})
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)

    send(api, "k2", {"a": 1})

    with database.reading() as db:
        assert list(db.execute(select(idempotency_keys.c.key)).scalars()) == ["k2"]
