"""Deliveries as WooCommerce makes them: captured ones from tests/data, and made ones signed the same way."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.makers import WEBHOOK_SECRET
from writer.stores.woocommerce.signing import signature

CAPTURED = Path(__file__).parent / "data" / "woocommerce" / "deliveries"
URL = "/api/woocommerce/webhook"


@dataclass(frozen=True)
class Delivery:
    """One captured delivery: headers as sent, body as the exact bytes."""

    name: str
    headers: dict[str, str]
    body: bytes

    @property
    def order(self) -> dict[str, Any]:
        """The JSON object in the body; {} for a ping."""
        if not self.body.startswith(b"{"):
            return {}
        found: dict[str, Any] = json.loads(self.body)
        return found

    def post(self, client: FlaskClient) -> TestResponse:
        """Send it as WooCommerce did."""
        sent = {name: value for name, value in self.headers.items() if name not in ("Host", "Connection")}
        return client.post(URL, data=self.body, headers=sent)


def captured(scenario: str = "*") -> list[Delivery]:
    """Return the captured deliveries of a scenario, or of all, in the order they were sent."""
    files = sorted(CAPTURED.glob(f"{scenario}/*.json"), key=lambda file: (file.parent.name, file.name))
    found = []
    for file in files:
        content = json.loads(file.read_text())
        found.append(
            Delivery(f"{file.parent.name}/{file.name}", content["headers"], content["body"].encode())
        )
    return found


def make_order_body(**changes: Any) -> dict[str, Any]:
    """The smallest order payload WooCommerce could send: order 1001 with one line, FIRE24 x 2, paid."""
    return {
        "id": 1001,
        "parent_id": 0,
        "number": str(changes.get("id", 1001)),
        "order_key": f"wc_order_{changes.get('id', 1001)}",
        "status": "processing",
        "currency": "GBP",
        "total": "24.00",
        "date_created_gmt": "2026-11-20T09:00:00",
        "date_modified_gmt": "2026-11-20T10:00:01",
        "date_paid_gmt": "2026-11-20T09:30:00",
        "billing": {"first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.test"},
        "meta_data": [],
        "line_items": [make_line()],
        "refunds": [],
        **changes,
    }


def make_line(
    id: int = 11, sku: str | None = "FIRE24", quantity: Any = 2, product_id: int = 10, **changes: Any
) -> dict[str, Any]:
    """One line item of an order payload."""
    return {
        "id": id,
        "name": sku or "",
        "product_id": product_id,
        "variation_id": 0,
        "quantity": quantity,
        "total": "24.00",
        "sku": sku,
        "meta_data": [],
        **changes,
    }


def deliver(
    client: FlaskClient,
    body: Any,
    topic: str = "order.updated",
    source: str = "https://shop.example/",
    secret: str = WEBHOOK_SECRET,
    delivery_id: str = "a" * 32,
) -> TestResponse:
    """Sign a body (JSON, or bytes as they are) and post it to the webhook."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {
        "X-WC-Webhook-Source": source,
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Signature": signature(secret, raw),
        "X-WC-Webhook-ID": "1",
        "X-WC-Webhook-Delivery-ID": delivery_id,
    }
    return client.post(URL, data=raw, headers=headers, content_type="application/json")
