"""Most deliveries are answered before Flask: in the same way, and with the same line in the log."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.delivering import URL, make_order_body
from tests.makers import WEBHOOK_SECRET
from writer.db import Database
from writer.db.schema.stores import stores
from writer.db.schema.webhook_inbox import deliveries
from writer.lib import logs
from writer.stores.woocommerce.signing import signature

BODY = json.dumps(make_order_body()).encode()
# Flask answers what does not call itself JSON.
SHORT, LONG = "application/json", "text/plain"


def signed(body: bytes = BODY, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    return {
        "X-WC-Webhook-Source": "https://shop.example/",
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Signature": signature(secret, body),
        "X-Request-ID": "request-1",
    }


def send(client: FlaskClient, content_type: str, secret: str = WEBHOOK_SECRET) -> TestResponse:
    return client.post(URL, data=BODY, headers=signed(secret=secret), content_type=content_type)


def count(db: Database) -> int:
    with db.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(deliveries)).scalar_one())


@pytest.fixture
def lines() -> Iterator[list[dict[str, object]]]:
    """What is logged, as the fields of each line; without how long it took."""
    found: list[dict[str, object]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append({**getattr(record, "fields", {}), "ms": None})

    handler = Kept()
    logs.log.addHandler(handler)
    yield found
    logs.log.removeHandler(handler)


def test_either_way_gives_the_same_answer(client: FlaskClient) -> None:
    send(client, LONG)

    short, long = send(client, SHORT), send(client, LONG)

    assert short.get_json() == {"status": "ok", "outcome": "repeat"}
    assert (short.data, short.status) == (long.data, long.status)
    assert sorted(short.headers) == sorted(long.headers)


def test_either_way_a_wrong_signature_gets_the_same_answer(client: FlaskClient, db: Database) -> None:
    send(client, LONG)

    short, long = send(client, SHORT, "another secret"), send(client, LONG, "another secret")

    assert short.status_code == 401
    assert short.content_type == "application/problem+json"
    assert (short.data, sorted(short.headers)) == (long.data, sorted(long.headers))
    with db.reading() as connection:
        assert connection.execute(select(stores.c.rejected_signatures)).scalar_one() == 2


def test_either_way_writes_the_same_line_into_the_log(
    client: FlaskClient, lines: list[dict[str, object]]
) -> None:
    for content_type, secret in ((SHORT, WEBHOOK_SECRET), (LONG, WEBHOOK_SECRET), (SHORT, "another secret")):
        send(client, content_type, secret).close()  # as the server does once it is sent

    good, same, refused = lines
    assert good == same
    assert (good["method"], good["path"], good["status"]) == ("POST", URL, 200)
    assert (good["request_id"], good["address"]) == ("request-1", "127.0.0.1")
    assert refused == {**good, "status": 401}


@pytest.mark.parametrize("content_type", [SHORT, LONG])
def test_a_body_that_ends_too_soon_is_refused_and_not_held_against_the_store(
    client: FlaskClient, db: Database, content_type: str
) -> None:
    send(client, SHORT)

    answer = client.post(
        URL,
        input_stream=io.BytesIO(BODY[:-9]),
        headers=signed(),
        content_type=content_type,
        environ_overrides={"CONTENT_LENGTH": str(len(BODY))},
    )

    assert answer.status_code == 400
    assert count(db) == 1
    with db.reading() as connection:
        assert connection.execute(select(stores.c.rejected_signatures)).scalar_one() == 0


def test_a_body_of_no_told_length_is_taken(client: FlaskClient, db: Database) -> None:
    answer = client.post(
        URL,
        input_stream=io.BytesIO(BODY),
        headers=signed(),
        content_type=SHORT,
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert answer.status_code == 200
    assert count(db) == 1
