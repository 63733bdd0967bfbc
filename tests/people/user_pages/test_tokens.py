"""API tokens: made, shown once, used, revoked."""

from datetime import timedelta

import pytest
from flask import Flask, Response, jsonify
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.page import field_errors
from tests.people.user_pages.test_users import shown_secret
from writer.db import Database
from writer.db.schema.audit import audit_entries
from writer.db.schema.users import api_tokens
from writer.lib import clock
from writer.people import auth


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """The application with an address below /api that tells who asks."""

    @own_app.route("/api/who", methods=["GET", "POST"])
    def who() -> Response:
        actor = auth.actor()
        return jsonify(name=actor.name, role=actor.role, via=actor.via, scope=actor.scope)

    return own_app


def ask(client: FlaskClient, token: str, method: str = "GET") -> TestResponse:
    return client.open("/api/who", method=method, headers={"Authorization": f"Bearer {token}"})


def test_a_token_made_on_the_page_is_shown_once_and_works(admin: FlaskClient, client: FlaskClient) -> None:
    page = admin.post("/tokens", data={"name": "till", "scope": "write"}).text
    token = shown_secret(page)

    answer = ask(client, token, "POST")

    assert answer.get_json() == {"name": "token till", "role": "staff", "via": "token", "scope": "write"}
    assert token not in admin.get("/tokens").text


def test_a_token_is_stored_hashed_and_its_making_is_on_record(admin: FlaskClient, database: Database) -> None:
    token = shown_secret(admin.post("/tokens", data={"name": "till", "scope": "read"}).text)

    with database.reading() as db:
        stored = str(db.execute(select(api_tokens)).one())
        entry = db.execute(select(audit_entries)).one()
    assert token not in stored
    assert (entry.actor, entry.action, entry.subject) == ("ada", "token.create", "token till")
    assert token not in str(entry)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_read_token_may_read(client: FlaskClient, reader_token: str, method: str) -> None:
    assert ask(client, reader_token, method).status_code == 200


def test_a_read_token_may_not_write(client: FlaskClient, reader_token: str) -> None:
    answer = ask(client, reader_token, "POST")

    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["detail"] == "This token may only read: make one with scope write."


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer onerom_wrong", "Basic YWRhOmFkYQ==", "Bearer \x00", "Token x"]
)
def test_anything_but_a_valid_token_is_refused(client: FlaskClient, header: str) -> None:
    answer = client.get("/api/who", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="onerom-sales"'


def test_a_wrong_token_is_not_made_good_by_a_session(admin: FlaskClient) -> None:
    assert admin.get("/api/who").status_code == 200

    assert ask(admin, "onerom_wrong").status_code == 401


def test_a_token_opens_no_page(client: FlaskClient, reader_token: str) -> None:
    answer = client.get("/audit", headers={"Authorization": f"Bearer {reader_token}"})

    assert answer.location == "/sign-in?next=/audit"


def test_a_revoked_token_is_refused_at_once(
    admin: FlaskClient, client: FlaskClient, reader_token: str
) -> None:
    assert 'action="/tokens/1/revoke"' in admin.get("/tokens/1/revoke").text

    admin.post("/tokens/1/revoke")

    assert ask(client, reader_token).status_code == 401
    assert admin.post("/tokens/1/revoke").status_code == 404


def test_the_name_of_a_valid_token_is_taken_and_of_a_revoked_one_free(admin: FlaskClient) -> None:
    form = {"name": "till", "scope": "read"}
    admin.post("/tokens", data=form)
    assert field_errors(admin.post("/tokens", data=form).text) == ["name"]

    admin.post("/tokens/1/revoke")

    assert admin.post("/tokens", data=form).status_code == 201


@pytest.mark.parametrize(
    "form", [{"name": "", "scope": "read"}, {"name": "x", "scope": "all"}, {"name": " "}]
)
def test_a_token_that_cannot_be_made_is_refused(
    admin: FlaskClient, database: Database, form: dict[str, str]
) -> None:
    answer = admin.post("/tokens", data=form)

    assert answer.status_code == 422
    with database.reading() as db:
        assert db.execute(select(api_tokens)).all() == []


def test_the_use_of_a_token_is_noted_to_the_hour(
    client: FlaskClient, reader_token: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.now()
    used = []
    for minutes in (0, 30, 70):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: start + timedelta(minutes=minutes))
        ask(client, reader_token)
        with database.reading() as db:
            used.append(db.execute(select(api_tokens.c.last_used_at)).scalar_one())

    assert used == [start, start, start + timedelta(minutes=70)]
