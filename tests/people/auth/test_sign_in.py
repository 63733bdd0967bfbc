"""Signing in and out, and what a sign-in is worth."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.security import check_password_hash

from tests.makers import PASSWORD, sign_in_as
from tests.page import field_errors
from writer.db import Database
from writer.db.schema.users import sign_ins, users
from writer.lib import clock
from writer.people.users import passwords


def test_the_right_password_signs_in(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"name": "Ada ", "password": PASSWORD})

    assert answer.status_code == 303
    assert client.get("/account").status_code == 200


@pytest.mark.wording("/sign-in")
@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(client: FlaskClient, name: str) -> None:
    answer = client.post("/sign-in", data={"name": name, "password": "not the password"})

    assert answer.status_code == 401
    assert "Name or password is wrong." in answer.text
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize("name", ["ada", "nobody", "sam"])
def test_a_wrong_password_takes_one_scrypt_whoever_is_named(
    client: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with database.transaction() as db:
        db.execute(update(users).where(users.c.name == "sam").values(is_active=False))
    looked_at: list[str] = []

    def look(stored: str, password: str) -> bool:
        looked_at.append(stored)
        return check_password_hash(stored, password)

    monkeypatch.setattr(passwords, "check_password_hash", look)

    client.post("/sign-in", data={"name": name, "password": "not the password"})

    assert [stored.split("$")[0] for stored in looked_at] == ["scrypt:32768:8:1"]


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 101, "ada'; --", "\u202eada"])
def test_a_strange_name_is_refused_like_any_wrong_one(client: FlaskClient, name: str) -> None:
    answer = client.post("/sign-in", data={"name": name.encode("utf-8", "replace"), "password": "x"})

    assert answer.status_code in (401, 422)


def test_a_deactivated_user_cannot_sign_in(client: FlaskClient, database: Database) -> None:
    with database.transaction() as db:
        db.execute(update(users).where(users.c.name == "sam").values(is_active=False))

    answer = client.post("/sign-in", data={"name": "sam", "password": PASSWORD})

    assert (answer.status_code, field_errors(answer.text)) == (401, ["password"])


def test_deactivating_ends_what_is_signed_in(staff: FlaskClient, database: Database) -> None:
    assert staff.get("/account").status_code == 200

    with database.transaction() as db:
        db.execute(update(users).where(users.c.name == "sam").values(is_active=False))

    assert staff.get("/account").status_code == 303


def test_the_token_is_new_at_each_sign_in_and_the_old_one_ends(client: FlaskClient) -> None:
    client.post("/sign-in", data={"name": "ada", "password": PASSWORD})
    with client.session_transaction() as session:
        first = dict(session)

    client.post("/sign-in", data={"name": "ada", "password": PASSWORD})

    with client.session_transaction() as session:
        assert session["sign_in"] != first["sign_in"]
        session.update(first)
    assert client.get("/account").status_code == 303


def test_nothing_planted_before_signing_in_is_in_the_session_after(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["sign_in"] = "known to somebody else"

    client.post("/sign-in", data={"name": "ada", "password": PASSWORD})

    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["sign_in"] != "known to somebody else"


def test_the_database_holds_no_token_but_its_hash(client: FlaskClient, database: Database) -> None:
    client.post("/sign-in", data={"name": "ada", "password": PASSWORD})

    with client.session_transaction() as session:
        token = session["sign_in"]
    with database.reading() as db:
        row = db.execute(select(sign_ins)).one()
    assert len(token) >= 43
    assert token not in row.token_hash


def test_a_sign_in_ends_after_twelve_hours(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=11, minutes=59))
    assert admin.get("/account").status_code == 200

    monkeypatch.setattr(clock, "now", lambda: start + timedelta(hours=12, minutes=1))

    assert admin.get("/account").status_code == 303


def test_signing_out_ends_the_sign_in_itself(admin: FlaskClient, database: Database) -> None:
    answer = admin.post("/sign-out")

    assert answer.location == "/sign-in"
    with database.reading() as db:
        assert db.execute(select(sign_ins)).all() == []


def test_signing_out_leaves_other_browsers_signed_in(app: Flask, admin: FlaskClient) -> None:
    other = sign_in_as(app, "ada")

    admin.post("/sign-out")

    assert other.get("/account").status_code == 200


def test_signing_out_everywhere_ends_all_of_this_user(
    app: Flask, admin: FlaskClient, staff: FlaskClient
) -> None:
    other = sign_in_as(app, "ada")

    admin.post("/sign-out-everywhere")

    assert admin.get("/account").status_code == 303
    assert other.get("/account").status_code == 303
    assert staff.get("/account").status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"name": "ada", "password": PASSWORD})

    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_secure_over_https(client: FlaskClient) -> None:
    answer = client.post(
        "/sign-in", data={"name": "ada", "password": PASSWORD}, base_url="https://localhost/"
    )

    assert "Secure" in answer.headers["Set-Cookie"]


def test_signing_in_goes_on_to_the_page_that_was_asked_for(client: FlaskClient) -> None:
    asked = client.get("/audit?actor=ada&page=2")

    answer = client.post(asked.location, data={"name": "ada", "password": PASSWORD})

    assert answer.location == "/audit?actor=ada&page=2"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/ok\r\nX-Header: 1",
        "///evil.example",
        "evil.example",
    ],
)
def test_signing_in_never_goes_on_to_another_site(client: FlaskClient, wanted: str) -> None:
    answer = client.post(
        "/sign-in", query_string={"next": wanted}, data={"name": "ada", "password": PASSWORD}
    )

    assert answer.location == "/"


def test_the_account_page_lists_where_one_is_signed_in(app: Flask, admin: FlaskClient) -> None:
    sign_in_as(app, "ada")
    sign_in_as(app, "sam")

    page = admin.get("/account").text

    assert page.count("127.0.0.1") == 2
    assert page.count(">this one<") == 1
