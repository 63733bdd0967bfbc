"""Bodies of the JSON API: a field that is not documented is refused by name, at every address."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.makers import PASSWORD

WRITES = ("post", "put", "patch", "delete")
KEY = {"Idempotency-Key": "k"}


@pytest.fixture
def described(api: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/openapi.json").get_json()
    return found


@pytest.fixture
def person(client: FlaskClient) -> FlaskClient:
    """An admin with an access token, who may do everything."""
    answer = client.post("/api/v1/auth/login", json={"username": "ada", "password": PASSWORD})
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {answer.get_json()['access_token']}"
    return client


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method in WRITES:
            if method in methods:
                yield method, path, methods[method]


def schemas_below(described: dict[str, Any], part: Any) -> set[str]:
    """Return the names of all schemas that a part of the description refers to, however deep."""
    found: set[str] = set()
    waiting = {*re.findall(r"#/components/schemas/(\w+)", str(part))}
    while waiting - found:
        name = (waiting - found).pop()
        found.add(name)
        waiting |= {*re.findall(r"#/components/schemas/(\w+)", str(described["components"]["schemas"][name]))}
    return found


def test_every_body_is_documented_to_take_no_other_field(described: dict[str, Any]) -> None:
    bodies = [operation.get("requestBody", {}) for _, _, operation in operations(described)]

    names = schemas_below(described, bodies)
    assert {"NewSale", "NewLine", "SyncAsked"} <= names
    loose = [
        n for n in names if described["components"]["schemas"][n].get("additionalProperties") is not False
    ]
    assert loose == []


def test_a_field_that_does_not_exist_is_refused_by_name(
    person: FlaskClient, described: dict[str, Any]
) -> None:
    tried = [(method, re.sub(r"\{.*?\}", "1", path)) for method, path, _ in operations(described)]
    assert len(tried) > 15

    for method, path in tried:
        answer = person.open(path, method=method.upper(), json={"qty": 2}, headers=KEY)

        assert (path, answer.status_code, answer.get_json()["code"]) == (path, 422, "invalid")
        assert answer.get_json()["errors"]["qty"] == "There is no such field."


def test_a_field_of_one_line_is_named_with_its_line(api: FlaskClient) -> None:
    line = {"sku": "X", "kind": "receipt", "quantity": 1}

    answer = api.post("/api/v1/stock/movements", json={"lines": [line, {**line, "qty": 2}]})

    assert [*answer.get_json()["errors"]] == ["lines.1.qty"]


@pytest.mark.parametrize("sent", [{"json": {}}, {"data": ""}, {"data": "x=1"}])
def test_an_empty_body_may_come_where_none_is_taken(person: FlaskClient, sent: dict[str, Any]) -> None:
    assert person.post("/api/v1/stores/refresh-mappings", **sent).status_code == 200


def test_a_list_is_refused_where_no_body_is_taken(person: FlaskClient) -> None:
    answer = person.post("/api/v1/stores/refresh-mappings", json=[1])

    assert (answer.status_code, [*answer.get_json()["errors"]]) == (422, ["body"])
