"""What a sync costs: `tests/bench/sync [--orders 10000]`.

Prints, measured in one run: calls, orders per second and peak memory of a first sync, beside those of one
ten times smaller (memory should not grow with the number of orders); and the calls of a sync with nothing
new, which should be one a store.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from tests.fake_services.woocommerce import FakeStore
from tests.makers import FERNET_KEY, make_config
from writer import wiring
from writer.db import Database
from writer.db.migrate import migrate
from writer.db.schema.stores import stores
from writer.lib import clock
from writer.stores.registry import Vault, registry
from writer.sync.order_import import runs

MODULE = "tests.bench.sync_bench"


def measure(url: str, key: str, secret: str) -> dict[str, Any]:
    """Sync one store from nothing, then again; return seconds, orders and this process's peak memory."""
    vault = Vault([FERNET_KEY])
    with tempfile.TemporaryDirectory() as folder:
        database_url = f"sqlite:///{Path(folder) / 'sales.db'}"
        migrate(database_url)
        wiring.wire(make_config())
        database = Database(database_url)
        with database.transaction() as db:
            row = registry.register(db, registry.normalised(url), "bench")
            keys = {
                "base_url": url,
                "auth": "oauth",
                "consumer_key_encrypted": vault.lock(key),
                "consumer_secret_encrypted": vault.lock(secret),
                "order_cursor": clock.now() - timedelta(days=3),
            }
            db.execute(update(stores).where(stores.c.id == row.id).values(**keys))
        before = _peak_kb()
        started = time.perf_counter()
        run_id = runs.run(database, vault, runs.Plan("bench"))
        seconds = time.perf_counter() - started
        grown = _peak_kb() - before
        assert run_id is not None
        with database.reading() as db:
            done = runs.summary(db, run_id)
        runs.run(database, vault, runs.Plan("bench"))
        database.close()
    return {"orders": done["created"], "seconds": seconds, "grown_kb": grown}


def compare(how_many: int) -> dict[str, float]:
    """Measure a first sync of `how_many` orders and of a tenth, each in a process of its own."""
    figures: dict[str, float] = {}
    for name, number in (("small", max(how_many // 10, 1)), ("large", how_many)):
        with FakeStore(keep_calls=True) as fake:
            fake.add_product("FIRE24", 1_000_000)
            # So that the overlap of five minutes does not make the second sync read them all again.
            fake.shift_clock(-600)
            for _ in range(number):
                fake.place_order([("FIRE24", 1)])
            fake.shift_clock(600)
            last = fake.place_order([("FIRE24", 1)])
            assert last is not None
            arguments = [sys.executable, "-m", MODULE, "--measure", fake.url, fake.key, fake.secret]
            done = json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)
            calls = fake.calls.count("GET")
        first_calls = -(-(number + 1) // 100)
        figures |= {
            f"{name}_orders": done["orders"],
            f"{name}_per_second": done["orders"] / done["seconds"],
            f"{name}_grown_kb": done["grown_kb"],
            f"{name}_calls": calls,
            f"{name}_calls_again": calls - first_calls,
        }
    return figures


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Print the figures, or (for a process of its own) measure one sync."""
    parser = argparse.ArgumentParser(prog="tests/bench/sync")
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--measure", nargs=3, metavar=("URL", "KEY", "SECRET"))
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(*asked.measure)))
        return
    found = compare(asked.orders)
    for name in ("small", "large"):
        print(
            f"first sync of {found[f'{name}_orders']:,.0f} orders: {found[f'{name}_calls']:.0f} calls in both"
            f" syncs, {found[f'{name}_per_second']:,.0f} orders/s,"
            f" memory grew by {found[f'{name}_grown_kb'] / 1024:.1f} MiB"
        )
    print(f"calls of a sync with nothing new: {found['large_calls_again']:.0f} a store")
    grown = found["large_grown_kb"] / max(found["small_grown_kb"], 1)
    print(f"memory, ten times the orders against one: {grown:.2f}")


if __name__ == "__main__":
    main()
