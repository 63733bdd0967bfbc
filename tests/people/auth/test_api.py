"""Signing in by API: a token for an hour with the person's own rights, slowed down like the page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.makers import PASSWORD
from writer.db import Database
from writer.db.schema.users import sign_ins
from writer.lib import clock
from writer.people.users import actions, passwords, queries

LOGIN = "/api/v1/auth/login"
START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def sign_in(client: FlaskClient, username: str = "ada", password: str = PASSWORD) -> TestResponse:
    return client.post(LOGIN, json={"username": username, "password": password})


def bearer(answer: TestResponse) -> dict[str, Any]:
    return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


def test_a_right_password_gives_a_token_for_an_hour(client: FlaskClient) -> None:
    answer = sign_in(client, "ADA")

    body = answer.get_json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "bearer", 3600)
    assert client.get("/api/v1/stores", headers=bearer(answer)).status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_the_token_ends_after_an_hour(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: START)
    header = bearer(sign_in(client))

    monkeypatch.setattr(clock, "now", lambda: START + timedelta(minutes=59, seconds=59))
    just_before = client.get("/api/v1/stores", headers=header).status_code
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(hours=1))

    assert just_before == 200
    assert client.get("/api/v1/stores", headers=header).status_code == 401


def test_logging_out_ends_this_token_alone(client: FlaskClient) -> None:
    first, second = bearer(sign_in(client)), bearer(sign_in(client))

    answer = client.post("/api/v1/auth/logout", headers=first)

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})
    assert client.get("/api/v1/stores", headers=first).status_code == 401
    assert client.get("/api/v1/stores", headers=second).status_code == 200


def test_a_token_made_on_the_page_is_not_logged_out(api: FlaskClient) -> None:
    assert api.post("/api/v1/auth/logout").status_code == 409
    assert api.get("/api/v1/stores").status_code == 200


def test_an_access_token_is_no_session_and_a_session_no_access_token(
    app: Flask, client: FlaskClient, admin: FlaskClient
) -> None:
    token = sign_in(client).get_json()["access_token"]
    with client.session_transaction() as session:
        session["sign_in"] = token
    with admin.session_transaction() as session:
        kept = session["sign_in"]

    assert client.get("/account").status_code == 303
    stranger = app.test_client()
    assert stranger.get("/api/v1/stores", headers={"Authorization": f"Bearer {kept}"}).status_code == 401


@pytest.mark.parametrize(("username", "password"), [("ada", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    client: FlaskClient, username: str, password: str
) -> None:
    answer = sign_in(client, username, password)

    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.get_json()["detail"] == "Name or password is wrong."


def test_guessing_is_slowed_down_as_on_the_page(client: FlaskClient) -> None:
    tries = [sign_in(client, password="wrong") for _ in range(6)]

    assert [answer.status_code for answer in tries] == [401] * 5 + [429]
    assert int(tries[-1].headers["Retry-After"]) > 0
    assert client.post("/sign-in", data={"name": "ada", "password": PASSWORD}).status_code == 429


def test_who_must_change_the_password_gets_no_token(client: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        user = queries.find_user(db, "sam")
        assert user is not None
        actions.reset_password(db, "ada", user.id, passwords.hashed("handed-over-once"))

    answer = sign_in(client, "sam", "handed-over-once")

    assert answer.status_code == 403
    assert "/password" in answer.get_json()["detail"]
    with database.reading() as db:
        assert db.execute(select(sign_ins)).all() == []


def test_a_user_kept_out_loses_the_token_at_once(client: FlaskClient, database: Database) -> None:
    header = bearer(sign_in(client, "sam"))
    with database.transaction() as db:
        user = queries.find_user(db, "sam")
        assert user is not None
        actions.set_active(db, "ada", user.id, False)

    assert client.get("/api/v1/stores", headers=header).status_code == 401
    assert sign_in(client, "sam").status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "username"), ({"username": "ada"}, "password"), ({"username": 1, "password": "x"}, "username")],
)
def test_bad_input_names_the_field(client: FlaskClient, body: dict[str, Any], field: str) -> None:
    answer = client.post(LOGIN, json=body)

    assert answer.status_code == 422
    assert field in answer.get_json()["errors"]
