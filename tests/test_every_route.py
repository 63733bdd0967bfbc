"""Walks every route there is: who gets in, how errors are told, and what a locked database does."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import make_url
from werkzeug.routing import AnyConverter, BaseConverter, Rule
from werkzeug.test import TestResponse

from writer.db import Database

OPEN_TO_ALL = {"health.health", "auth.sign_in", "auth_api.login", "assets"}
CHANGES = ("POST", "PUT", "PATCH", "DELETE")


def is_webhook(rule: Rule) -> bool:
    return rule.rule.startswith(("/api/woocommerce/webhook", "/webhooks/"))


def is_api(rule: Rule) -> bool:
    return rule.rule.startswith("/api/") and not is_webhook(rule) and rule.endpoint not in OPEN_TO_ALL


def routes(app: Flask, *methods: str) -> Iterator[tuple[Rule, str, str]]:
    """Yield (rule, method, an address of it) for each route; its arguments are 1, or the first allowed."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: example(rule._converters[name]) for name in rule.arguments}
        address = adapter.build(rule.endpoint, values, method=None, append_unknown=False)
        for method in sorted(rule.methods or ()):
            if method in methods:
                yield rule, method, address


def example(converter: BaseConverter) -> str | int:
    """A value that this converter takes: 1, or the first of those it names."""
    return min(converter.items) if isinstance(converter, AnyConverter) else 1


def test_nobody_unknown_gets_in_anywhere(app: Flask, client: FlaskClient) -> None:
    let_in = [
        f"{method} {rule} -> {answer.status_code}"
        for rule, method, address in routes(app, "GET", *CHANGES)
        if rule.endpoint not in OPEN_TO_ALL
        and not is_webhook(rule)
        and not was_kept_out(answer := client.open(address, method=method))
    ]

    assert let_in == []


def was_kept_out(answer: TestResponse) -> bool:
    to_sign_in = answer.status_code == 303 and (answer.location or "").startswith("/sign-in")
    return answer.status_code == 401 or to_sign_in


@pytest.mark.postgres
def test_every_page_opens(app: Flask, admin: FlaskClient) -> None:
    broken = []
    for rule, method, address in routes(app, "GET"):
        if rule.endpoint.endswith("static") or rule.endpoint == "assets" or is_api(rule):
            continue
        with admin.open(address, method=method) as answer:
            # What is asked for by a number may not be there.
            allowed = (200, 302, 303, 404) if rule.arguments else (200, 302, 303)
            if answer.status_code not in allowed:
                broken.append(f"{rule} -> {answer.status_code}")

    assert broken == []


def test_every_link_of_the_navigation_leads_somewhere(admin: FlaskClient) -> None:
    page = admin.get("/account").text

    links = [part.split('"')[0] for part in page.split('<li><a href="')[1:]]
    assert "/audit" in links
    assert [admin.get(link).status_code for link in links] == [200] * len(links)


def check_problem(answer: TestResponse) -> None:
    """The one shape of an error told to a program."""
    body = answer.get_json()
    assert answer.content_type == "application/problem+json", answer.text[:200]
    assert set(body) - {"errors"} == {"type", "title", "status", "code", "detail"}
    assert body["type"] == f"/docs/errors#{body['code']}"
    assert body["status"] == answer.status_code
    assert body["detail"]
    assert all(isinstance(sentence, str) for sentence in body.get("errors", {}).values())


def test_every_api_address_tells_strangers_in_the_one_shape(app: Flask, client: FlaskClient) -> None:
    for rule, method, address in routes(app, "GET", *CHANGES):
        if is_api(rule):
            answer = client.open(address, method=method)

            assert answer.status_code == 401, rule
            check_problem(answer)


def test_every_api_change_is_refused_to_a_read_token_in_the_one_shape(
    app: Flask, client: FlaskClient, reader_token: str
) -> None:
    for rule, method, address in routes(app, *CHANGES):
        if is_api(rule):
            answer = client.open(address, method=method, headers={"Authorization": f"Bearer {reader_token}"})

            assert answer.status_code == 403, rule
            check_problem(answer)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"quantity": {}}', b'{"quantity": 1e999}'],
)
def test_every_api_change_answers_bad_input_in_the_one_shape(
    app: Flask, api: FlaskClient, body: bytes
) -> None:
    for rule, method, address in routes(app, *CHANGES):
        if is_api(rule):
            answer = api.open(address, method=method, data=body, content_type="application/json")

            assert answer.status_code < 500, rule
            if answer.status_code >= 400:
                check_problem(answer)


@pytest.mark.parametrize(
    ("path", "method", "data", "status"),
    [("/api/nowhere", "GET", b"", 404), ("/health", "POST", b"", 405), ("/openapi.json", "DELETE", b"", 405)],
)
def test_what_is_not_there_is_told_in_the_one_shape(
    api: FlaskClient, path: str, method: str, data: bytes, status: int
) -> None:
    answer = api.open(path, method=method, data=data)

    assert answer.status_code == status
    check_problem(answer)


def test_an_unexpected_error_tells_a_request_id_and_nothing_else(
    app: Flask, api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise RuntimeError("from the inside")

    monkeypatch.setitem(app.view_functions, "sales_api.recent", fail)

    answer = api.get("/api/sales/recent", headers={"X-Request-ID": "request-12345"})

    assert answer.status_code == 500
    check_problem(answer)
    assert answer.get_json()["detail"] == "Something went wrong here. Please quote request request-12345."


@pytest.fixture
def impatient(app: Flask) -> Flask:
    """The application, waiting 20 ms for a locked database instead of 5 s."""
    database: Database = app.extensions["database"]
    event.listen(
        database.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 20")
    )
    return app


@pytest.fixture
def locked(admin: FlaskClient, database_url: str, impatient: Flask) -> Iterator[FlaskClient]:
    """Ada's browser while another program holds the write lock."""
    impatient.extensions["database"].close()
    other = sqlite3.connect(str(make_url(database_url).database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield admin
    other.execute("ROLLBACK")
    other.close()


@pytest.mark.sqlite_only
def test_every_page_opens_while_the_database_is_locked_for_writing(app: Flask, locked: FlaskClient) -> None:
    broken = [
        f"{rule} -> {answer.status_code}"
        for rule, method, address in routes(app, "GET")
        if not rule.endpoint.endswith("static")
        and rule.endpoint != "assets"
        and (answer := locked.open(address, method=method)).status_code not in (200, 302, 303, 404)
    ]

    assert broken == []


@pytest.mark.sqlite_only
def test_every_change_is_refused_and_none_breaks_while_the_database_is_locked(
    app: Flask, locked: FlaskClient
) -> None:
    answers = {
        f"{method} {rule}": locked.open(address, method=method, data={"name": "x", "password": "y"})
        for rule, method, address in routes(app, *CHANGES)
    }

    assert {what: a.status_code for what, a in answers.items() if a.status_code in (500, 502)} == {}
    sign_in = answers["POST /sign-in"]
    assert (sign_in.status_code, sign_in.headers["Retry-After"]) == (503, "2")


@pytest.mark.sqlite_only
def test_a_database_that_cannot_be_had_is_answered_503_everywhere(
    app: Flask, admin: FlaskClient, tmp_path: Path
) -> None:
    app.extensions["database"].close()
    app.extensions["database"] = Database(f"sqlite:///{tmp_path}/no/such/folder/sales.db")

    answers = {
        str(rule): admin.open(address, method=method)
        for rule, method, address in routes(app, "GET")
        if rule.endpoint not in OPEN_TO_ALL
    }

    assert {rule: a.status_code for rule, a in answers.items() if a.status_code != 503} == {}
    assert answers["/audit"].headers["Retry-After"] == "2"
    check_problem(answers["/openapi.json"])
