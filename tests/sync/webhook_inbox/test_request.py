"""How the request that brings a delivery is read, and the line the log has of it."""

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.delivering import URL, make_order_body
from tests.makers import WEBHOOK_SECRET
from writer.db import Database
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.stores.woocommerce.signing import signature

BODY = json.dumps(make_order_body()).encode()
HEADERS = {
    "X-WC-Webhook-Source": "https://shop.example/",
    "X-WC-Webhook-Topic": "order.updated",
    "X-WC-Webhook-Signature": signature(WEBHOOK_SECRET, BODY),
    "X-Request-ID": "request-1",
}
JSON = "application/json"


def send(client: FlaskClient, content_type: str = JSON, **more: Any) -> int:
    return client.post(URL, data=BODY, headers={**HEADERS, **more}, content_type=content_type).status_code


def count(db: Database) -> int:
    with db.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(deliveries)).scalar_one())


def test_the_log_has_one_line_of_a_delivery(client: FlaskClient, log_file: io.StringIO) -> None:
    send(client)
    send(client, **{"X-WC-Webhook-Signature": "another secret's"})

    lines = [json.loads(line) for line in log_file.getvalue().splitlines()]
    good, refused = (line for line in lines if line["message"] == "request")
    assert (good["method"], good["path"], good["status"]) == ("POST", URL, 200)
    assert (good["request_id"], good["address"]) == ("request-1", "127.0.0.1")
    assert refused["status"] == 401


@pytest.mark.parametrize("content_type", [JSON, "text/plain"])
def test_a_delivery_is_taken_whatever_it_calls_itself(
    client: FlaskClient, db: Database, content_type: str
) -> None:
    assert send(client, content_type) == 200
    assert count(db) == 1


def test_a_body_that_ends_too_soon_is_refused_and_not_held_against_the_store(
    client: FlaskClient, db: Database
) -> None:
    send(client)

    answer = client.post(
        URL,
        input_stream=io.BytesIO(BODY[:-9]),
        headers=HEADERS,
        content_type=JSON,
        environ_overrides={"CONTENT_LENGTH": str(len(BODY))},
    )

    assert answer.status_code == 400
    assert count(db) == 1
    with db.reading() as connection:
        assert connection.execute(select(stores.c.rejected_signatures)).scalar_one() == 0


def test_a_body_without_a_content_length_is_taken(client: FlaskClient, db: Database) -> None:
    answer = client.post(
        URL,
        input_stream=io.BytesIO(BODY),
        headers=HEADERS,
        content_type=JSON,
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert answer.status_code == 200
    assert count(db) == 1
