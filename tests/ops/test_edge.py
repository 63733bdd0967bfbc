"""deploy/nginx.conf and deploy/Caddyfile: the reader is public, of the writer nothing but the webhooks."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from tests.delivering import make_order_body
from tests.makers import WEBHOOK_SECRET
from tests.ops import edge
from tests.ops.edge import Edge
from tests.serving import QuietHandler
from writer.db.schema.webhook_inbox import deliveries
from writer.stores.woocommerce.signing import signature

pytestmark = pytest.mark.slow

WEBHOOK = "/api/woocommerce/webhook"
SHORT = ("/webhooks/woocommerce/order_paid", "/webhooks/woocommerce/refund_or_cancel")


@pytest.fixture
def reader_port() -> Iterator[int]:
    """Something in the reader's place that says what it was asked."""

    def say(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        said = {
            "path": environ["PATH_INFO"],
            "host": environ["HTTP_HOST"],
            "proto": environ.get("HTTP_X_FORWARDED_PROTO"),
        }
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(said).encode()]

    server = make_server("127.0.0.1", 0, say, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=[edge.nginx, edge.caddy], ids=["nginx", "caddy"])
def front(
    request: pytest.FixtureRequest, tmp_path: Path, reader_port: int, writer_server: str
) -> Iterator[Edge]:
    """A web server before the real writer."""
    with request.param(tmp_path, reader_port, int(writer_server.rpartition(":")[2])) as running:
        yield running


def signed(body: bytes, **headers: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": "https://shop.example/",
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Signature": signature(WEBHOOK_SECRET, body),
        **headers,
    }


def kept(app: Flask) -> int:
    with app.extensions["database"].reading() as db:
        return int(db.execute(select(func.count()).select_from(deliveries)).scalar_one())


def test_reader_is_public_over_https(front: Edge) -> None:
    answer = front.ask("sales.example", "/api/sales/total?x=1")

    assert answer.status == 200
    assert json.loads(answer.text) == {"path": "/api/sales/total", "host": "sales.example", "proto": "https"}


def test_reader_over_http_is_sent_on_to_https(front: Edge) -> None:
    answer = front.ask("sales.example", "/", plain=True)

    assert answer.status in (301, 308)
    assert answer.headers["Location"].startswith("https://sales.example")


def test_signed_delivery_reaches_the_writer(app: Flask, front: Edge) -> None:
    body = json.dumps(make_order_body()).encode()

    answer = front.ask("hub.example", WEBHOOK, "POST", body, signed(body))

    assert (answer.status, json.loads(answer.text)["outcome"]) == (200, "recorded")
    assert kept(app) == 1


def test_short_deliveries_reach_the_writer(app: Flask, front: Edge) -> None:
    body = b'{"site_id": "uk", "order_id": 7, "line_items": []}'

    answers = [front.ask("hub.example", path, "POST", body, signed(body)) for path in SHORT]

    assert [answer.status for answer in answers] == [200, 200]
    assert kept(app) == 2


def test_unsigned_delivery_is_refused_by_the_writer(app: Flask, front: Edge) -> None:
    assert front.ask("hub.example", WEBHOOK, "POST", b"{}").status == 401


def test_delivery_over_plain_http_is_refused_and_never_redirected(app: Flask, front: Edge) -> None:
    body = json.dumps(make_order_body()).encode()

    answer = front.ask("hub.example", WEBHOOK, "POST", body, signed(body), plain=True)

    assert answer.status == 403
    assert kept(app) == 0


def test_delivery_over_the_limit_is_refused(app: Flask, front: Edge) -> None:
    bodies = [b" " * size for size in (5_000_001, 6_000_000)]

    answers = [front.ask("hub.example", WEBHOOK, "POST", body, signed(body)) for body in bodies]

    assert [answer.status for answer in answers] == [413, 413]
    assert kept(app) == 0


def test_delivery_within_the_limit_is_taken(app: Flask, front: Edge) -> None:
    body = json.dumps(make_order_body(customer_note="x" * 4_900_000)).encode()

    assert front.ask("hub.example", WEBHOOK, "POST", body, signed(body)).status == 200


INSIDE = (
    "/",
    "/sign-in",
    "/health",
    "/openapi.json",
    "/api/sales/recent",
    "/api/v1/stock",
    "/assets/app.css",
    f"{WEBHOOK}/",
    f"{WEBHOOK}/../../../sign-in",
    f"{WEBHOOK}/..%2f..%2f..%2fsign-in",
    f"/sign-in?{WEBHOOK}",
    f"/sign-in#{WEBHOOK}",
    f"//hub.example{WEBHOOK}",
    "/webhooks/woocommerce/",
)


def test_nothing_else_of_the_writer_is_reached(front: Edge) -> None:
    answers = {
        (method, path): front.ask("hub.example", path, method)
        for path in INSIDE
        for method in ("GET", "POST")
    }

    assert {asked: found.status for asked, found in answers.items() if found.status not in (400, 404)} == {}
    assert not any("onerom" in found.text for found in answers.values())


def test_webhook_takes_nothing_but_posts(front: Edge) -> None:
    answers = {
        method: front.ask("hub.example", WEBHOOK, method).status
        for method in ("GET", "PUT", "DELETE", "OPTIONS")
    }

    assert set(answers.values()) <= {403, 404, 405}
