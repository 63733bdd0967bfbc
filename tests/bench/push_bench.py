"""What pushing stock costs: `tests/bench/push [calls burst hang memory refresh] [--scale 1]`.

Every part measures the product beside what it is to be compared with, in one run, and prints the ratio.
"""

import argparse
import json
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from tests.bench.shops import Shops, in_a_process, peak_kb, shops, watching
from tests.delivering import URL
from tests.makers import make_config
from writer import wiring
from writer.db import Database
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
