"""The fake store on its own, for the demo: a few One ROM products and, if wanted, a trickle of orders."""

from __future__ import annotations

import argparse
import json
import random
import signal
import threading

from tests.fake_services.woocommerce import FakeStore

CATALOGUE = {
    "FIRE24": ("One ROM Fire 24", "12.00", 50),
    "FIRE28-PCB": ("One ROM Fire 28, bare board", "9.50", 40),
    "ice24-kit": ("One ROM Ice 24 kit", "15.00", 30),
    "ICE28": ("One ROM Ice 28", "18.00", 20),
    "STICKER-01": ("Sticker", "1.50", 500),
}
CASES = {"CASE-RED": 10, "CASE-BLUE": 25}


def stocked(store: FakeStore, products: list[str]) -> list[str]:
    """The catalogue, or only the products named (SKU or SKU=stock); the SKUs that can be sold."""
    wanted = dict(item.partition("=")[::2] for item in products) or dict.fromkeys([*CATALOGUE, "CASE"], "")
    sold: list[str] = []
    for sku, units in wanted.items():
        if sku == "CASE":
            cases = {name: int(units or stock) for name, stock in CASES.items()}
            store.add_variable_product("CASE", cases, name="Case", price="7.00")
            sold += cases
        else:
            name, price, stock = CATALOGUE.get(sku, (sku, "10.00", 25))
            store.add_product(sku, int(units or stock), name=name, price=price)
            sold.append(sku)
    return sold


def trickle(store: FakeStore, skus: list[str], every_s: float, stopping: threading.Event) -> None:
    chance = random.Random()
    while not stopping.wait(every_s):
        chosen = chance.sample(skus, k=min(len(skus), chance.choice((1, 1, 2))))
        order = store.place_order(
            [(sku, chance.choice((1, 1, 1, 2, 3))) for sku in chosen],
            status=chance.choice(("processing", "processing", "processing", "on-hold", "completed")),
            shipping="3.50",
        )
        if chance.random() < 0.1:
            store.set_status(order, "cancelled")
        store.visit()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.fake_services.woocommerce", description=__doc__)
    parser.add_argument("--port", type=int, default=8201)
    parser.add_argument("--name", default="demo")
    parser.add_argument("--https", action="store_true")
    parser.add_argument("--tz", default="Europe/Berlin")
    parser.add_argument("--currency", default="GBP")
    parser.add_argument("--webhook-secret", default="woo-hook-secret-1")
    parser.add_argument("--first-id", type=int, default=10)
    parser.add_argument("--products", nargs="*", default=[], metavar="SKU[=STOCK]")
    parser.add_argument("--orders-every", type=float, default=0, metavar="SECONDS")
    options = parser.parse_args(argv)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with FakeStore(
        options.name,
        https=options.https,
        port=options.port,
        tz=options.tz,
        currency=options.currency,
        webhook_secret=options.webhook_secret,
        first_id=options.first_id,
        auto_deliver=True,
    ) as store:
        skus = stocked(store, options.products)
        about: dict[str, object] = {
            "name": store.name,
            "url": store.url,
            "key": store.key,
            "secret": store.secret,
        }
        about |= {"webhook_secret": store.webhook_secret, "ca_bundle": store.ca_bundle, "skus": skus}
        print(json.dumps(about), flush=True)
        if options.orders_every > 0:
            trickle(store, skus, options.orders_every, stopping)
        stopping.wait()
    return 0
