"""The gate: nobody unknown, and nothing a stranger's page made a browser send."""

import re

import pytest
from flask import Flask, Response, jsonify
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.makers import PASSWORD, sign_in_as
from writer.db import Database
from writer.people import auth, users


@pytest.fixture
def strict_app(strict_app: Flask) -> Flask:
    """The application with two addresses of its own below /api, one of them public."""

    @strict_app.post("/api/change")
    def change() -> Response:
        return jsonify(name=auth.actor().name)

    @strict_app.post("/api/open")
    @auth.public
    def open_to_all() -> Response:
        return jsonify(ok=True)

    return strict_app


def test_a_page_asks_to_sign_in_and_a_program_is_told(client: FlaskClient) -> None:
    page = client.get("/users?x=1")
    program = client.get("/users", headers={"Accept": "application/json"})

    assert (page.status_code, page.location) == (303, "/sign-in?next=/users?x%3D1")
    assert (program.status_code, program.get_json()["status"]) == (401, 401)


@pytest.mark.wording("404")
def test_nothing_but_an_error_page_is_at_an_unknown_address(client: FlaskClient) -> None:
    answer = client.get("/nothing/here")

    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text


def test_an_unknown_address_is_a_page_for_browsers_and_a_problem_for_programs(client: FlaskClient) -> None:
    browser = client.get("/nope", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    program = client.get("/nope", headers={"Accept": "*/*"})

    assert (browser.status_code, browser.mimetype) == (404, "text/html")
    assert re.search(r'<a [^>]*href="/"', browser.text)
    assert (program.status_code, program.mimetype) == (404, "application/problem+json")
    assert program.get_json()["code"] == "not_found"


def test_an_error_page_keeps_the_navigation_for_who_is_signed_in(
    admin: FlaskClient, client: FlaskClient
) -> None:
    assert 'href="/audit"' in admin.get("/nothing/here").text
    assert 'href="/audit"' not in client.get("/nothing/here").text


def test_a_form_without_its_token_changes_nothing(strict_app: Flask) -> None:
    ada = sign_in_as(strict_app, "ada")

    answer = ada.post("/sign-out-everywhere")

    assert answer.status_code == 403
    assert ada.get("/account").status_code == 200


def test_signing_in_needs_the_token_of_the_form_too(strict_app: Flask) -> None:
    answer = strict_app.test_client().post("/sign-in", data={"name": "ada", "password": PASSWORD})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("referer", "status"),
    [
        ("https://localhost/sign-in", 303),
        ("https://evil.example/", 403),
        ("http://localhost/sign-in", 403),
        ("https://localhost:8443/sign-in", 403),
        ("https://[/", 403),
        ("", 403),
    ],
)
def test_over_https_a_form_works_from_its_own_page_alone(
    strict_app: Flask, referer: str, status: int
) -> None:
    assert sign_in_over_https(strict_app, referer).status_code == status


def sign_in_over_https(app: Flask, referer: str) -> TestResponse:
    """Send the form of a page that was opened just now, with this Referer."""
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://localhost").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    form = {"name": "ada", "password": PASSWORD, "csrf_token": found[1]}
    return client.post("/sign-in", data=form, base_url="https://localhost", headers={"Referer": referer})


@pytest.mark.wording("403")
@pytest.mark.parametrize(
    ("referer", "cause"),
    [
        (
            "https://localhost:8443/sign-in",
            "a page of https://localhost:8443, but reached the writer as https://localhost.",
        ),
        ("", "Referer header"),
    ],
)
def test_a_web_server_that_hides_where_a_form_is_from_is_named(
    strict_app: Flask, referer: str, cause: str
) -> None:
    page = sign_in_over_https(strict_app, referer).text

    assert cause in page
    assert "reload" not in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://localhost"},
    ],
)
def test_a_session_may_write_by_api_from_a_page_of_this_site(
    strict_app: Flask, headers: dict[str, str]
) -> None:
    answer = sign_in_as(strict_app, "ada").post("/api/change", headers=headers, json={})

    assert answer.get_json() == {"name": "ada"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8000"},
    ],
)
def test_a_session_may_not_write_by_api_from_anywhere_else(
    strict_app: Flask, headers: dict[str, str]
) -> None:
    answer = sign_in_as(strict_app, "ada").post("/api/change", headers=headers, json={})

    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"


def test_a_bearer_token_needs_no_csrf_token(strict_app: Flask, database: Database) -> None:
    with database.transaction() as db:
        token = users.make_token(db, "till", "write", "ada")
    headers = {"Authorization": f"Bearer {token}", "Sec-Fetch-Site": "cross-site"}

    answer = strict_app.test_client().post("/api/change", headers=headers, json={})

    assert answer.get_json() == {"name": "token till"}


def test_what_is_public_below_api_takes_anybody(strict_app: Flask) -> None:
    answer = strict_app.test_client().post("/api/open", headers={"Sec-Fetch-Site": "cross-site"}, json={})

    assert answer.status_code == 200


def test_two_copies_of_the_product_on_one_machine_have_two_cookies(app: Flask) -> None:
    name = app.config["SESSION_COOKIE_NAME"]

    assert name.startswith("onerom_")
    assert name != "onerom_"
