"""What the API says of itself is true: schemathesis finds nothing, as a program, an admin, a stranger."""

import re
from collections import Counter

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from sqlalchemy import text

from tests.delivering import deliver, make_line, make_order_body
from tests.described import problems, statuses
from tests.makers import PASSWORD
from tests.orders.record.many import add_orders, add_stores
from tests.page import text_of
from tests.sizes import size
from writer.db import Database
from writer.people.users import Owner, grants, queries

EXAMPLES = size(8, 50)
ORDERS = "^/api/v1/orders"


def test_the_description_names_every_way_into_the_ledger(api: FlaskClient) -> None:
    answer = api.get("/openapi.json")

    assert (answer.status_code, answer.content_type) == (200, "application/json")
    paths = answer.get_json()["paths"]
    assert {path: sorted(paths[path]) for path in paths if path.startswith("/api/sales")} == {
        "/api/sales": ["post"],
        "/api/sales/recent": ["get"],
        "/api/sales/{sale_id}": ["delete", "put"],
    }


def test_the_description_is_made_once(app: Flask, api: FlaskClient) -> None:
    first = api.get("/openapi.json").text

    app.extensions["openapi"] = first.replace("onerom-sales", "kept")

    assert '"kept"' in api.get("/openapi.json").text


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/errors"])
def test_strangers_read_no_documentation(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (303, 401)


def test_the_page_shows_every_operation_with_its_fields(admin: FlaskClient, api: FlaskClient) -> None:
    page = admin.get("/docs").text

    described = api.get("/openapi.json").get_json()
    operations = [each for methods in described["paths"].values() for each in methods.values()]
    assert [each["operationId"] for each in operations if f'id="{each["operationId"]}"' not in page] == []
    words = text_of(page)
    assert 'curl -X POST "http://localhost/api/sales"' in words
    assert "allow_oversell" in words
    assert "not_enough_stock" in words


def test_the_page_takes_everything_from_this_service(admin: FlaskClient) -> None:
    page = admin.get("/docs").text

    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*', page) == []
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) - {"content"} <= set(ids)


@pytest.fixture
def some_orders(client: FlaskClient, database: Database) -> None:
    """Forty orders of two stores, and a delivered one of the first."""
    deliver(client, make_order_body(line_items=[make_line(), make_line(id=12, quantity="1.5")]))
    add_orders(database, [1, *add_stores(database, "hidden")], 40)


@pytest.mark.slow
@pytest.mark.postgres
def test_schemathesis_finds_nothing(writer_server: str, api: FlaskClient, database: Database) -> None:
    header = {"Authorization": api.environ_base["HTTP_AUTHORIZATION"]}

    answers = _try_everything(writer_server, header, header)

    assert answers[200] > EXAMPLES
    assert answers[422] > EXAMPLES
    with database.reading() as db:
        odd = "SELECT COUNT(*) FROM sales WHERE quantity NOT BETWEEN 1 AND 100000 OR model <> 'Fire'"
        assert db.execute(text(odd)).scalar_one() == 0


@pytest.mark.slow
@pytest.mark.usefixtures("some_orders")
@pytest.mark.parametrize("who", ["admin", "granted", "stranger"])
def test_schemathesis_finds_nothing_among_orders(
    writer_server: str, client: FlaskClient, api: FlaskClient, database: Database, who: str
) -> None:
    name = {"admin": "ada", "granted": "sam"}.get(who)
    signed_in = client.post("/api/v1/auth/login", json={"username": name, "password": PASSWORD})
    header = {"Authorization": f"Bearer {signed_in.get_json().get('access_token', 'of-nobody')}"}
    if who == "granted":
        _grant_the_first(database)

    reading = {"Authorization": api.environ_base["HTTP_AUTHORIZATION"]}
    answers = _try_everything(writer_server, reading, header, ORDERS)

    assert answers[200] == 0 if who == "stranger" else answers[200] > EXAMPLES


def _grant_the_first(database: Database) -> None:
    with database.transaction() as db:
        sam = queries.find_user(db, "sam")
        assert sam is not None
        grants.grant(db, "ada", Owner(user_id=sam.id), [1])


def _try_everything(
    address: str, reading: dict[str, str], trying: dict[str, str], only: str = ""
) -> Counter[int]:
    """Try what the description, read with the header `reading`, tells of; return answers by status."""
    config = _config(trying)
    described = schemathesis.openapi.from_url(f"{address}/openapi.json", headers=reading, config=config)
    schema = described.include(path_regex=only) if only else described

    events = list(from_schema(schema).execute())

    assert [problem for event in events for problem in problems(event)] == []
    return Counter(status for event in events for status in statuses(event))


def _config(header: dict[str, str]) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "headers": header,
            "generation": {"max-examples": EXAMPLES, "database": "none"},
            # The description cannot say which pairs of model and variant there are, whose password it is, who
            # asks or how a store fares: each of these is right for any.
            "checks": {
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", "401", "403", "404", "409", "410", "422", "429", "502"]
                }
            },
        }
    )
