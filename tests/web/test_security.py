"""What protects every answer: headers, limits, the proxy that is believed, health."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.makers import PASSWORD, make_config
from writer import config
from writer.app import create_app
from writer.db import Database


@pytest.mark.parametrize(
    "path", ["/sign-in", "/health", "/nowhere", "/assets/app.css", "/api/nowhere", "/audit"]
)
def test_every_answer_has_the_protecting_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/sign-in", "/audit", "/api/nowhere", "/health"])
def test_nothing_but_assets_is_kept_by_a_browser(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_a_form_larger_than_a_megabyte_is_refused(admin: FlaskClient) -> None:
    answer = admin.post("/password", data={"old": "x" * 1_000_001})

    assert answer.status_code == 413


def test_a_sign_in_larger_than_a_megabyte_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"name": "x" * 1_000_001, "password": PASSWORD})

    assert answer.status_code == 413


def forwarded(client: FlaskClient) -> str:
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    answer = client.post("/sign-in", data={"name": "ada", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 303
    return f"{answer.headers['Set-Cookie']} {client.get('/account', headers=headers).text}"


def test_what_a_stranger_says_of_proxies_is_not_believed(client: FlaskClient) -> None:
    said = forwarded(client)

    assert "Secure" not in said
    assert "203.0.113.9" not in said


def test_a_proxy_that_was_named_is_believed(database_url: str) -> None:
    app = create_app(make_config(DATABASE_URL=database_url, TRUSTED_PROXIES="1"))
    app.config["WTF_CSRF_ENABLED"] = False

    client = app.test_client()

    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    answer = client.post("/sign-in", data={"name": "ada", "password": PASSWORD}, headers=headers)
    page = client.get("/account", headers=headers, base_url="https://localhost").text
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "203.0.113.9" in page
    app.extensions["database"].close()


def test_a_number_of_proxies_that_is_none_stops_the_start(database_url: str) -> None:
    with pytest.raises(config.ConfigError, match="TRUSTED_PROXIES"):
        create_app(make_config(DATABASE_URL=database_url, TRUSTED_PROXIES="all"))


def test_health_names_the_revision(client: FlaskClient) -> None:
    answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.get_json()["status"] == "ok"
    assert answer.get_json()["revision"].isdigit()


def test_health_is_503_without_a_database(app: Flask, empty_database_url: str) -> None:
    app.extensions["database"].close()
    app.extensions["database"] = Database(empty_database_url)

    answer = app.test_client().get("/health")

    assert answer.status_code == 503
    assert answer.get_json()["detail"] == "The database cannot be read, or was not migrated."


def test_no_answer_and_no_log_line_holds_a_password_or_a_token(
    client: FlaskClient, reader_token: str, log_file: io.StringIO
) -> None:
    wrong = client.post("/sign-in", data={"name": "ada", "password": "a password that is wrong"})
    right = client.post("/sign-in", data={"name": "ada", "password": PASSWORD})
    asked = client.get(
        f"/api/nowhere?token={reader_token}", headers={"Authorization": f"Bearer {reader_token}"}
    )

    logged = log_file.getvalue()
    assert "/api/nowhere" in logged
    for secret in ("a password that is wrong", PASSWORD, reader_token):
        assert secret not in logged
        assert secret not in wrong.text + right.text + asked.text


@pytest.mark.wording("415")
@pytest.mark.parametrize("path", ["/sign-in", "/password", "/users", "/sales"])
def test_a_page_takes_no_json_for_a_form(admin: FlaskClient, path: str) -> None:
    answer = admin.post(path, json={"name": 7, "password": 7, "quantity": 7})

    assert answer.status_code == 415
    assert "JSON is for the addresses below /api" in answer.text
