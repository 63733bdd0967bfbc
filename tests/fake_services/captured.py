"""The captured answers and deliveries of a real store, and a fake that stands where it stood."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from requests_oauthlib import OAuth1

from tests.fake_services.store_model import ApiKey
from tests.fake_services.woocommerce import FakeStore

DATA = Path(__file__).parent.parent / "data" / "woocommerce"
REAL_URL = re.compile(r"https?://127\.0\.0\.1:8200")
COMPARED_HEADERS = (
    "Allow",
    "Cache-Control",
    "Content-Type",
    "Expires",
    "Retry-After",
    "Vary",
    "X-WP-Total",
    "X-WP-TotalPages",
)


def load(path: str | Path) -> Any:
    return json.loads((DATA / path).read_text())


def names(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(DATA)) for path in DATA.glob(pattern))


@contextmanager
def stand_in(*, https: bool = True) -> Iterator[FakeStore]:
    """A store with the products of the captured one, under the same ids."""
    with FakeStore("captured", https=https, id_gaps=False) as store:
        store.set_clock(datetime(2026, 11, 20, 9, 58, 17, tzinfo=UTC))
        for sku, stock, name, price in (
            ("FIRE24", 50, "Fire 24", "12.00"),
            ("FIRE28-PCB", 40, "Fire 28 PCB", "9.50"),
            ("ice24-kit", 30, "Ice 24 kit", "15.00"),
            ("ICE28", 20, "Ice 28", "18.00"),
            ("STICKER-01", 500, "Sticker", "1.50"),
            ("", 10, "No SKU", "2.00"),
        ):
            store.add_product(sku, stock, name=name, price=price)
        store.add_product("UNMANAGED-1", name="Unmanaged", price="4.00", manage_stock=False)
        store.add_variable_product("CASE", {"CASE-RED": 15, "CASE-BLUE": 25}, name="Case", price="7.00")
        yield store


def ask(store: FakeStore, call: dict[str, Any], key: ApiKey | None = None) -> requests.Response:
    """Send a captured request to the fake, with the kind of authentication it had."""
    asked = call["request"]
    key = key or ApiKey(store.key, store.secret, "read_write")
    address = re.sub(r"oauth_\w+=[^&]*&?", "", asked["url"]).replace("consumer_key=ck_MASKED", "")
    address = store.url + address.replace("&consumer_secret=cs_MASKED", "").rstrip("?&")
    options: dict[str, Any] = {"headers": asked["headers"] or {}, "verify": store.ca_bundle or True}
    kind = asked["auth"].partition("-")[0]
    if kind == "basic":
        options["auth"] = (key.key, key.secret)
    elif kind == "oauth":
        options["auth"] = OAuth1(key.key, key.secret, signature_method="HMAC-SHA256", signature_type="query")
    elif kind == "query":
        keys = f"consumer_key={key.key}&consumer_secret={key.secret}"
        address += ("&" if "?" in address else "?") + keys
    body = asked["body"]
    options["data" if isinstance(body, str) else "json"] = body
    return requests.request(asked["method"], address, timeout=10, **options)


def headers_of(call: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in call["headers"] if name in COMPARED_HEADERS}


def compared(answer: requests.Response) -> dict[str, str]:
    return {name: answer.headers[name] for name in COMPARED_HEADERS if name in answer.headers}


def shape(value: Any) -> Any:
    """Keys in their order, and lists by their first item; related products are chance."""
    if isinstance(value, dict):
        return [(key, None if key == "related_ids" else shape(item)) for key, item in value.items()]
    return [shape(item) for item in value[:1]] if isinstance(value, list) else None
