"""What pushing stock costs: `tests/bench/push [calls burst hang delay memory refresh] [--scale 1]`.

Every part measures the product beside what it is to be compared with, in one run, and prints the ratio.
"""

import argparse
import json
import os
import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.bench.shops import ON_HAND, Shops, in_a_process, peak_kb, shops, watching
from tests.delivering import URL
from tests.fake_services.woocommerce import FakeStore
from tests.makers import make_config
from writer import wiring
from writer.db import Database
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stores.listings import refresh
from writer.stores.registry import Vault
from writer.stores.registry.contact import TIMEOUT_S
from writer.stores.woocommerce import Client, Site
from writer.sync.stock_push import pusher, watcher

MODULE = "tests.bench.push_bench"
PATIENCE_S = 120
Figures = dict[str, float]


def calls(items: int) -> Figures:
    """Bring one store of changed listings to date, beside reading and writing each by itself."""
    with shops(1, items) as found:
        found.change_all()
        seconds = _timed(lambda: pusher.push_all(found.database, found.vault))
        fake = found.fakes[0]
        assert {fake.stock("s000000"), fake.stock(f"s{items - 1:06}")} == {99}
        reads, writes = fake.calls.count("GET", "/products"), fake.calls.count("POST", "/products/batch")
        each = min(items, 100)
        alone_s = _timed(lambda: _one_by_one(found, each))
    return {
        "items": items,
        "reads": reads,
        "writes": writes,
        "seconds": seconds,
        "seconds_one_by_one": alone_s * items / each,
    }


def _one_by_one(found: Shops, items: int) -> None:
    fake = found.fakes[0]
    with Client(Site(fake.url, fake.key, fake.secret, "oauth")) as client:
        for number in range(items):
            product = fake.product(f"s{number:06}").id
            client.ask("GET", f"products/{product}", {})
            client.ask("PUT", f"products/{product}", {}, {"manage_stock": True, "stock_quantity": 98})


def burst(orders: int, over_s: float) -> Figures:
    """Quick orders of one SKU in one store, with the watcher, in real time: writes to each store."""
    from writer.app import create_app  # here, for a pusher that is measured alone does not have it either

    with shops(3, 1) as found:
        app = create_app(make_config(DATABASE_URL=found.url))
        client, seller = app.test_client(), found.fakes[0]
        seller.add_order_webhooks(f"http://hub.example{URL}")
        with watching(found):
            for _ in range(orders):
                seller.place_order([("s000000", 1)])
                for headers, body in seller.take_deliveries():
                    sent = {k: v for k, v in headers.items() if k not in ("Host", "Connection")}
                    assert client.post(URL, data=body, headers=sent).status_code == 200
                time.sleep(over_s / orders)
            took = _wait(lambda: {fake.stock("s000000") for fake in found.fakes} == {100 - orders})
        app.extensions["database"].close()
        writes = [len(fake.calls.writes()) for fake in found.fakes]
    return {"orders": orders, "most_writes": max(writes), "all_writes": sum(writes), "last_s": took}


def hang(sales: int) -> Figures:
    """How long three stores wait for the count, the fourth answering and the fourth hanging."""
    figures = {}
    for name, hang_s in (("without", 0.0), ("with", 3600.0)):
        with shops(4, 1) as found:
            found.fakes[3].faults.hang_s = hang_s
            figures[f"{name}_s"] = _seconds_of_sales(found, sales)
    return {"sales": sales, **figures, "timeout_s": TIMEOUT_S}


def _seconds_of_sales(found: Shops, sales: int) -> float:
    """Return how long it takes until stores A, B and C show each of some sales, one after the other."""
    spacing, watcher.SPACING = watcher.SPACING, timedelta(0)
    look, watcher.ASK_EVERY_S = watcher.ASK_EVERY_S, 0.05
    # Without a spacing nobody looks on after a change: what fell due while its store was at work would wait.
    anyway, watcher.PUSH_ANYWAY_EVERY_S = watcher.PUSH_ANYWAY_EVERY_S, 0.2
    stop = threading.Event()
    thread = threading.Thread(target=watcher.watch, args=(found.database, found.vault, stop.is_set))
    thread.start()
    try:
        seconds = 0.0
        for number in range(1, sales + 1):
            found.change_all()
            seconds += _wait(lambda left=100 - number: _show(found, left))  # type: ignore[misc]
        return seconds
    finally:
        stop.set()
        found.fakes[3].take_down()  # whoever hangs in it is let go
        thread.join()
        watcher.SPACING, watcher.ASK_EVERY_S, watcher.PUSH_ANYWAY_EVERY_S = spacing, look, anyway


def _show(found: Shops, quantity: int) -> bool:
    return {fake.stock("s000000") for fake in found.fakes[:3]} == {quantity}


def delay(sales: int, over_s: float, poll_interval_s: int, cron_every_s: float = 60) -> Figures:
    """Sales at random moments in one store, in real time: when the other store shows them, and all calls.

    Without polls webhooks bring them, as often as WP-Cron runs on a site that is visited once a second.
    """
    noon = f"Etc/GMT{clock.now().hour - 12:+d}"  # where polls are as often as by day
    cron: dict[str, Any] = {
        "auto_deliver": True,
        "wp_cron_needs_traffic": True,
        "wp_cron_every_s": cron_every_s,
    }
    chance = random.Random(7)
    moments = sorted(chance.uniform(0, over_s) for _ in range(sales))
    # Many more items than sales, for what cron brings at once must be no mass change.
    with shops(2, 10 * sales + 1, tz=noon, **cron) as found, _served(found) as address:
        seller, other = found.fakes
        with found.database.transaction() as db:
            db.execute(update(stores).values(poll_interval_s=poll_interval_s))
        if not poll_interval_s:
            seller.add_order_webhooks(f"{address}{URL}")
        with watching(found):
            began = time.monotonic()
            _wait(lambda: poll_interval_s == 0 or len(other.calls) > 0)
            seconds, placed = _shown_after(seller, other, moments, over_s)
            took = time.monotonic() - began
        calls = max(len(fake.calls) for fake in found.fakes)
    assert placed == sales
    return {
        "median_s": statistics.median(seconds) if seconds else 0,
        "worst_s": max(seconds, default=0),
        "calls_an_hour": calls / took * 3600,
    }


def _shown_after(
    seller: FakeStore, other: FakeStore, moments: list[float], over_s: float
) -> tuple[list[float], int]:
    """Sell an item at each moment; return after how many seconds the other store showed each, and how many
    were sold."""
    began, visited = time.monotonic(), 0.0
    open_: dict[str, float] = {}
    seconds: list[float] = []
    placed = 0
    while (now := time.monotonic() - began) < over_s or open_:
        assert now < over_s + PATIENCE_S, "the other store never showed it"
        if placed < len(moments) and moments[placed] <= now:
            sku = f"s{placed:06}"
            seller.place_order([(sku, 1)])
            open_[sku] = now
            placed += 1
        shown = [sku for sku in open_ if other.stock(sku) == ON_HAND - 1]
        seconds += [now - open_.pop(sku) for sku in shown]
        if now - visited >= 1:
            visited = now
            seller.visit()
        time.sleep(0.02)
    return seconds, placed


@contextmanager
def _served(found: Shops) -> Iterator[str]:
    """Yield the address of a writer on this database."""
    from writer.app import create_app  # here, for a pusher that is measured alone does not have it either

    app = create_app(make_config(DATABASE_URL=found.url, LOG_LEVEL="warning"))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["database"].close()


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


def memory(small: int, large: int) -> Figures:
    """Peak memory of a pusher that writes every one of a few listings, and of many."""
    figures: Figures = {}
    for name, items in (("small", small), ("large", large)):
        with shops(1, items, keep_calls=False) as found:
            found.change_all()
            done = in_a_process(found, MODULE, "push")
            assert found.fakes[0].stock(f"s{items - 1:06}") == 99
        figures |= {f"{name}_items": items, **{f"{name}_{key}": value for key, value in done.items()}}
    return figures


def listed(small: int, large: int) -> Figures:
    """Peak memory of refreshing the mappings of a store of a few products, and of many."""
    figures: Figures = {}
    for name, items in (("small", small), ("large", large)):
        with shops(1, items, keep_calls=False) as found:
            done = in_a_process(found, MODULE, "refresh")
        figures |= {f"{name}_items": items, **{f"{name}_{key}": value for key, value in done.items()}}
    return figures


def alone(what: str) -> None:
    """Push, or refresh, in this process; print the seconds and the memory it came to."""
    config = make_config(DATABASE_URL=os.environ["DATABASE_URL"])
    wiring.wire(config)
    database, vault = Database(config.database_url), Vault(config.encryption_keys)
    before = peak_kb()
    if what == "push":
        seconds = _timed(lambda: pusher.push_all(database, vault))
    else:
        seconds = _timed(lambda: refresh(database, vault, 1))
    database.close()
    print(json.dumps({"seconds": seconds, "grown_kb": peak_kb() - before, "peak_kb": peak_kb()}))


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _wait(is_so: Callable[[], bool]) -> float:
    began = time.perf_counter()
    while not is_so():
        assert time.perf_counter() - began < PATIENCE_S, "the stores never showed it"
        time.sleep(0.01)
    return time.perf_counter() - began


def report_calls(scale: float) -> None:
    """Print what bringing 1,000 changed listings to date costs."""
    found = calls(max(1, round(1000 * scale)))
    ratio = found["seconds_one_by_one"] / found["seconds"]
    print(
        f"calls: {found['items']:,.0f} changed listings, {found['reads']:.0f} reads,"
        f" {found['writes']:.0f} writes"
    )
    print(f"  {found['seconds']:.2f} s; one by one {found['seconds_one_by_one']:.2f} s; ratio {ratio:.1f}")


def report_burst(scale: float) -> None:
    """Print what forty quick orders of one SKU cost."""
    found = burst(max(2, round(40 * scale)), 20 * scale)
    print(
        f"burst: {found['orders']:.0f} orders, at most {found['most_writes']:.0f} writes to a store,"
        f" {found['all_writes']:.0f} in all; the last count shown after {found['last_s']:.1f} s"
    )


def report_hang(scale: float) -> None:
    """Print how much a store that hangs delays the others."""
    found = hang(max(2, round(20 * scale)))
    ratio = found["with_s"] / found["without_s"]
    print(
        f"hang: {found['sales']:.0f} sales shown by three stores in {found['without_s']:.2f} s, and in"
        f" {found['with_s']:.2f} s while the fourth hangs ({found['timeout_s']:.0f} s timeout);"
        f" ratio {ratio:.2f}"
    )


def report_delay(scale: float) -> None:
    """Print how long a sale in one store takes to lower the number in another, and what polls cost."""
    sales, over_s = max(3, round(40 * scale)), 180 * scale
    for name, found in (
        ("webhooks alone", delay(sales, over_s, poll_interval_s=0)),
        ("polls every 15 s alone", delay(sales, over_s, poll_interval_s=15)),
    ):
        print(
            f"delay: {name}, WP-Cron every minute: {sales} sales in {over_s:.0f} s are shown by the other"
            f" store after {found['median_s']:.1f} s in the median, {found['worst_s']:.1f} s at most;"
            f" {found['calls_an_hour']:,.0f} calls an hour to each store"
        )
    print(f"  without a sale {delay(0, over_s, 15)['calls_an_hour']:,.0f} calls an hour to each store")


def report_memory(scale: float) -> None:
    """Print the memory of a pusher with 100,000 listings against 1,000."""
    _print_memory("memory", "listings", memory(max(1, round(1000 * scale)), max(1, round(100_000 * scale))))


def report_refresh(scale: float) -> None:
    """Print the memory of a mapping refresh of 10,000 products against 1,000."""
    _print_memory("refresh", "products", listed(max(1, round(1000 * scale)), max(1, round(10_000 * scale))))


def _print_memory(name: str, things: str, found: Figures) -> None:
    for size in ("small", "large"):
        print(
            f"{name}: {found[f'{size}_items']:,.0f} {things}, peak {found[f'{size}_peak_kb'] / 1024:.1f} MiB"
            f" (grew by {found[f'{size}_grown_kb'] / 1024:.1f}), {found[f'{size}_seconds']:.1f} s"
        )
    print(f"  peak, large against small: ratio {found['large_peak_kb'] / found['small_peak_kb']:.2f}")


PARTS = {
    "calls": report_calls,
    "burst": report_burst,
    "hang": report_hang,
    "delay": report_delay,
    "memory": report_memory,
    "refresh": report_refresh,
}


def main() -> None:
    """Measure and print the parts asked for."""
    parser = argparse.ArgumentParser(prog="tests/bench/push")
    parser.add_argument("parts", nargs="*", help=f"of {' '.join(PARTS)}; without any, all of them")
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes")
    parser.add_argument("--alone", choices=("push", "refresh"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        alone(asked.alone)
        return
    for part in asked.parts or PARTS:
        PARTS[part](asked.scale)


if __name__ == "__main__":
    main()
