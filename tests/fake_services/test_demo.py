"""The store on its own says where it is and what opens it, and lets go when asked to stop."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from requests_oauthlib import OAuth1

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent


def test_store_on_its_own_prints_its_address_and_keys_and_sells() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.fake_services.woocommerce",
        "--port",
        "0",
        "--orders-every",
        "0.02",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        about = json.loads(running.stdout.readline())
        auth = OAuth1(about["key"], about["secret"], signature_method="HMAC-SHA256")
        products = requests.get(f"{about['url']}/wp-json/wc/v3/products", auth=auth, timeout=30).json()
        orders: list[object] = []
        while not orders:
            orders = requests.get(f"{about['url']}/wp-json/wc/v3/orders", auth=auth, timeout=30).json()
        running.terminate()
        running.communicate(timeout=30)

    assert running.returncode == 0
    assert {item["sku"] for item in products} == {
        "FIRE24",
        "FIRE28-PCB",
        "ice24-kit",
        "ICE28",
        "STICKER-01",
        "CASE",
    }
    assert "CASE-RED" in about["skus"]
