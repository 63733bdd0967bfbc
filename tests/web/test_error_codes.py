"""Error codes: answers, the list in code, the page, docs/errors.md and OpenAPI agree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import Locked

from writer.lib.error_codes import ERROR_CODES
from writer.lib.errors import DomainError
from writer.web import errors

ROOT = Path(__file__).parents[2]


def subclasses(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from subclasses(narrower)


def answered_by_name() -> set[str]:
    """Return the codes that are given as text to problem() or answer()."""
    return {
        str(node.args[0].value)
        for path in (ROOT / "writer").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        if ast.unparse(node.func) in ("problem", "errors.problem", "answer", "errors.answer")
    }


def all_answered() -> set[str]:
    of_classes = {kind.code for kind in subclasses(DomainError) if kind.__module__.startswith("writer.")}
    return of_classes | {code for code, _ in errors._HTTP.values()} | answered_by_name()


def test_every_code_that_is_answered_is_in_the_list_and_none_else(app: Flask) -> None:
    # `app` has imported every room, and with it every class of error.
    assert all_answered() == set(ERROR_CODES)


def test_an_error_of_flasks_own_keeps_its_status() -> None:
    assert {status: ERROR_CODES[code].status for status, (code, _) in errors._HTTP.items()} == {
        status: status for status in errors._HTTP
    }


def test_the_document_has_the_list() -> None:
    rows = re.findall(r"^\| (`.*) \|$", (ROOT / "docs" / "errors.md").read_text(), re.MULTILINE)

    assert rows == [
        f"`{entry.code}` | {entry.status} | {entry.meaning} | {entry.remedy}"
        for entry in ERROR_CODES.values()
    ]


def test_the_page_has_an_anchor_for_each_code(admin: FlaskClient) -> None:
    page = admin.get("/docs/errors").text

    assert re.findall(r'<tr id="(\w+)"', page) == list(ERROR_CODES)
    assert "<code>Retry-After</code>" in page


def test_the_description_names_each_code(api: FlaskClient) -> None:
    problem = api.get("/openapi.json").get_json()["components"]["schemas"]["Problem"]

    assert problem["properties"]["code"]["enum"] == list(ERROR_CODES)
    assert "code" in problem["required"]


def test_a_problem_has_its_code_and_leads_to_the_page_that_explains_it(
    api: FlaskClient, admin: FlaskClient
) -> None:
    answer = api.get("/api/v1/orders/1").get_json()

    page, _, anchor = answer["type"].partition("#")
    assert (answer["status"], answer["code"], anchor) == (404, "not_found", "not_found")
    assert f'id="{anchor}"' in admin.get(page).text


def test_an_error_of_flasks_own_that_has_no_code_is_a_bad_request(app: Flask) -> None:
    with app.test_request_context("/api/v1/orders"):
        answer = app.make_response(app.handle_http_exception(Locked()))

    assert answer.get_json()["code"] == "bad_request"
    assert answer.status_code == 400
