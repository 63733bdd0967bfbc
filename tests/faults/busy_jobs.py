"""Deliveries beside every job of the crontab, on a database with many orders most of which are old."""

import argparse
import json
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from tests.bench.many_orders import fill
from tests.bench.shops import Shops, shops
from tests.commands.running import SETTINGS
from tests.ops.writers import Client, order, running
from writer.config import ROOT
from writer.ops.cron import CRONTAB, read

CLIENTS = 8
PACE_PER_S = 10
EVERY_S = 20.0  # each job is started so often
ITEMS = 500
# All but the last of the old orders were cleaned up before, as in a shop that has run for years.
STILL_KEPT = 20_000
BEFORE = """
UPDATE orders SET raw = '{"id": ' || id || ', "note": "' || hex(zeroblob(200)) || '"}' WHERE id % 10 = 0;
UPDATE orders SET is_cached = 0, raw = NULL, customer_name = NULL, customer_email = NULL, customer_key = NULL,
  customer_turned = NULL WHERE created_at < '2026-07-01' AND id > :kept;
INSERT INTO order_lines (order_id, external_id, product_id, variation_id, sku, sku_key, name, quantity,
  total_minor, model, variant, sold_due, sold)
SELECT id, '1', 10, 0, 'FIRE24', 'fire24', 'FIRE24', 1, 2400, 'Fire', '24pin', 1, 1 FROM orders;
INSERT INTO deliveries (store_id, source, topic, received_at, body, order_external_id, order_number, order_id,
  outcome, sentence)
SELECT store_id, '', 'order.updated', created_at, CASE WHEN id <= :kept THEN zeroblob(20000) END, external_id,
  number, id, 'recorded', '' FROM orders
"""


class Jobs:
    """Runs every line of the crontab again and again; notes exit statuses and the longest write of each."""

    def __init__(self, found: Shops) -> None:
        self.environment = {**found.environment(), **SETTINGS, "SYNC_INTERVAL": "1"}
        self.longest_ms: dict[str, list[float]] = defaultdict(list)
        self.statuses: dict[str, list[int]] = defaultdict(list)
        self.ended = threading.Event()
        commands = [command for _, command in read(CRONTAB)]
        self.threads = [
            threading.Thread(target=self._run, args=(command, EVERY_S * number / len(commands)))
            for number, command in enumerate(commands)
        ]

    def _run(self, command: str, later_s: float) -> None:
        if self.ended.wait(later_s):
            return
        while True:
            began = time.monotonic()
            process = self.start(command)
            said = process.communicate()[0]
            self.statuses[command].append(process.returncode)
            told = [_longest(line) for line in said.splitlines()]
            self.longest_ms[command] += [held_ms for held_ms in told if held_ms is not None]
            if self.ended.wait(max(1.0, EVERY_S - (time.monotonic() - began))):
                return

    def start(self, command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", *command.split()],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> "Jobs":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()


def _longest(line: str) -> float | None:
    try:
        found = json.loads(line).get("longest_write_ms")
    except (ValueError, AttributeError):
        return None
    return None if found is None else float(found)


def deliver(port: int, seconds: float) -> tuple[list[float], dict[int, int]]:
    """Let the clients deliver at their pace; return how long each answer took, and the statuses."""
    took: list[float] = []
    statuses: dict[int, int] = defaultdict(int)

    def work(number: int) -> None:
        client, began = Client(port), time.monotonic()
        for turn in range(int(seconds * PACE_PER_S)):
            body = order(number * 10_000_000 + turn)
            time.sleep(max(0.0, began + turn / PACE_PER_S - time.monotonic()))
            started = time.perf_counter()
            statuses[client.post(body)] += 1
            took.append(time.perf_counter() - started)
        client.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, CLIENTS + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, statuses


def report(title: str, took: list[float], statuses: dict[int, int]) -> None:
    """Print what deliveries were answered, and how long that took."""
    cuts = statistics.quantiles(took, n=100)
    answered = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    print(
        f"  {title:22} p50 {cuts[49] * 1000:7.1f} ms  p99 {cuts[98] * 1000:7.1f} ms"
        f"  max {max(took) * 1000:7.1f} ms   {answered}",
        flush=True,
    )


def clean_up_obeys(jobs: Jobs, path: Path) -> str:
    """Say how long clean-up, in the midst of its work, goes on after SIGTERM."""
    with closing(sqlite3.connect(path, timeout=60)) as db:
        db.execute("UPDATE orders SET is_cached = 1 WHERE id % 20 = 0")
        db.commit()
    process = jobs.start("writer.commands.sync_orders")
    time.sleep(5)
    is_working, began = process.poll() is None, time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate()
    return f"{time.monotonic() - began:.1f} s after SIGTERM" if is_working else "before it was told to"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    with shops(4, ITEMS, keep_calls=False) as found, tempfile.TemporaryDirectory() as folder:
        print(f"Making {options.orders:,} orders ...", flush=True)
        path = Path(str(found.database.engine.url.database))
        fill(path, options.orders)
        kept = min(STILL_KEPT, options.orders // 10)
        with closing(sqlite3.connect(path)) as db:
            for statement in BEFORE.split(";"):
                db.execute(statement, {"kept": kept} if ":kept" in statement else {})
            db.commit()
        with running(found.url, Path(folder) / "log") as writer:
            report("deliveries alone", *deliver(writer.port, 10))
            with Jobs(found) as jobs:
                report("beside every job", *deliver(writer.port, options.seconds))
        print(f"  clean-up ended {clean_up_obeys(jobs, path)}")
    for command, statuses_ in sorted(jobs.statuses.items()):
        held_ms = max(jobs.longest_ms[command], default=0.0)
        ended = ", ".join(map(str, sorted(set(statuses_))))
        print(f"  {command:42} {len(statuses_):3} runs, longest write {held_ms:7.1f} ms, ended {ended}")


if __name__ == "__main__":
    main()
